local config = getSecret("CONFIG")
print(config["password"]) --> unknown-field: a secret has no field password
