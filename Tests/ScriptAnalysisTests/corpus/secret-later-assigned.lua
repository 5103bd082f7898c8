local token
token = getSecret("T")
print("x" .. token) --> secret-misuse: cannot be joined to a text
