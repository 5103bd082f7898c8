local all = getSecrets{ path = "/web" }
print("x" .. all.DB_PW) --> secret-misuse: cannot be joined to a text
