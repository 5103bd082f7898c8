local t = spawn{ "vault", "print", "token", capture = "secret" }.stdout
print("got " .. t) --> secret-misuse: cannot be joined to a text
