local pat = getSecret("GH_PAT")
print("token " .. pat) --> secret-misuse: secret.template
