local params = recipe{ name = "x", secrets = {  }, programs = {  }, hosts = { "api.github.com" } }
print(params, http.request{ url = "https://api.github.com/user" }.status)
print(http.request{ url = "https://" .. "api.gitlab.com" .. "/x" }.status, http.request{ url = arg[1] })
print(http.request{ url = "https://example.com/" .. arg[1] }) --> undeclared-host: the host example.com is not declared
