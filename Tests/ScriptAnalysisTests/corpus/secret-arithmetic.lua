local n = getSecret("NUMBER")
print(n + 1) --> secret-misuse: cannot be used in arithmetic
