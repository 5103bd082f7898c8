-- idea: a session stands where a secret is expected
-- out: false	false	false	false	false
local vault = login()
print((pcall(spawn, { "true", env = { A = vault } })), (pcall(spawn, { "true", stdin = vault })),
  (pcall(secret.template, "${a}", { a = vault })), (pcall(spawn, { "true", vault })), (pcall(json.encode, vault)))
