print(getSecret("GH_PAT"):upper()) --> unknown-method: a secret has no method upper
