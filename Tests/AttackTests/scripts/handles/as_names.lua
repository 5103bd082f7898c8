-- idea: a secret stands where a name is expected
-- out: false	false	false	false	false	false
local s = getSecret("TOKEN")
print((pcall(getSecret, s)), (pcall(os.getenv, s)), (pcall(secret.env, s)), (pcall(getSecret, "CFG", { field = s })),
  (pcall(getSecret, "TOKEN", { path = s })), (pcall(login, { project = s })))
