local r = spawn{ "get-token", capture = true, secrets = { "token" } }
print("x" .. r.secrets.token) --> secret-misuse: cannot be joined to a text
