-- idea: os.getenv gives the vault's credentials or what is withheld
-- out: 0 of 11
local given = 0
for _, name in ipairs {
  "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID", "INFISICAL_TOKEN", "INFISICAL_DOMAIN", "GITHUB_TOKEN",
  "MY_DB_PASSWORD", "infisical_token", "GITHUB_TOKEN\0", "GITHUB_TOKEN=", "", "VAULTSCRIPT_X",
} do
  local ok, value = pcall(os.getenv, name)
  if ok and value ~= nil then given = given + 1 print(name) end
end
print(given .. " of 11")
