-- idea: a session and its secrets are used after logout
-- out: false	false
-- out: [secret:TOKEN]
local vault = login()
local s = vault:getSecret("TOKEN")
vault:logout()
print((pcall(vault.getSecret, vault, "TOKEN")), (pcall(vault.names, vault)))
spawn{ "printenv", "T", env = { T = s } }
