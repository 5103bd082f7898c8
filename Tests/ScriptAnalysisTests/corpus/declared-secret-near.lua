local params = recipe{ name = "x", secrets = { "GH_PAT" }, programs = {  }, hosts = {  } }
print(params, getSecret("GH_PAT"))
print(getSecret("GH_PTA")) --> undeclared-secret: did you mean GH_PAT?
