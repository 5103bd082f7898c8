local pat = getSecret("GH_PAT")
print(pat()) --> secret-misuse: cannot be called
