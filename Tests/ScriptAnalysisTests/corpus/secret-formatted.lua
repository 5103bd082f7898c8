local h = getSecret("A")
print(("%s %d"):format("x", h)) --> secret-misuse: a secret cannot be formatted with %d
