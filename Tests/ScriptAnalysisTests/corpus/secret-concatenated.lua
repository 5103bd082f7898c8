local h = getSecret("A")
print(table.concat{ "x", h }) --> secret-misuse: a secret cannot be joined to a text
