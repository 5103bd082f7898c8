-- idea: more arguments than a message to the host may hold
-- known: the worker sends a message that the host refuses, and is stopped, instead of raising an error
-- out: false
local many = { "true" }
for i = 1, 1100000 do many[i + 1] = "0" end
print((pcall(spawn, many)))
