local pat = getSecret("GH_PAT")
print(pat:value()) --> unknown-method: a secret has no method value
