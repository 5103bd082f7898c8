local params = recipe{ name = "x", secrets = { "GH_PAT" }, programs = {  }, hosts = {  } }
print(params, getSecret("GH_PAT"))
print(getSecret("OTHER")) --> undeclared-secret: the secret OTHER is not declared
