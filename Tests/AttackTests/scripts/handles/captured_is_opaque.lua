-- idea: what a program printed as a secret is as opaque as one of the vault
-- out: [secret:printenv]	false	false	false
-- out: [secret:TOKEN]
local s = spawn{ "printenv", "T", env = { T = getSecret("TOKEN") }, capture = "secret" }.stdout
print(s, (pcall(function() return #s end)), (pcall(function() return s .. "" end)), getmetatable(s))
spawn{ "printenv", "S", env = { S = s } }
