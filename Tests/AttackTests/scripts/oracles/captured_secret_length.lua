-- idea: the errors of a captured secret tell how long it is
-- oracle: same
-- out: [secret:printenv]	true	true
local s = getSecret("TOKEN")
local c = spawn{ "printenv", "T", env = { T = s }, capture = "secret" }.stdout
print(c, (pcall(secret.template, "${c}${c2}", { c = c, c2 = s })), (pcall(spawn, { "true", env = { C = c } })))
