local params = recipe{ name = "x", secrets = {  }, programs = { "git" }, hosts = {  } }
print(params)
spawn{ "git", "status" }
spawn{ "curl", "https://example.com" } --> undeclared-program: the program curl is not declared
