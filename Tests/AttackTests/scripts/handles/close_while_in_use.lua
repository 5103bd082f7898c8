-- idea: a secret is closed while the program that has it runs
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
local spec = { "sh", "-c", "sleep 0.2; printenv T", env = setmetatable({ T = s }, { __gc = function() s:close() end }) }
local co = coroutine.wrap(function() spawn(spec) end)
co()
s:close()
