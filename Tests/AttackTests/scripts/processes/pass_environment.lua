-- idea: passEnv hands on the host's own credentials, in every way of writing them
-- out: 0 passed
local passed = 0
for _, name in ipairs { "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID", "INFISICAL_TOKEN", "infisical_token",
  "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET\0", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=x", "" } do
  local ok, r = pcall(spawn, { "env", passEnv = { name }, capture = true })
  if ok and r.stdout:find("INFISICAL_") then passed = passed + 1 print(name) end
end
print(passed .. " passed")
