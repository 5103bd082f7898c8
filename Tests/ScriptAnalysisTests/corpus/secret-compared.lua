local a, b = getSecret("A"), getSecret("B")
print(a < b) --> secret-misuse: cannot be compared
