-- idea: a closed secret is written to the vault
-- out: false	the secret TOKEN has been closed
local vault = login()
local token = getSecret("TOKEN")
token:close()
local ok, e = pcall(vault.putSecret, vault, "NEW", token)
print(ok, e.message)
