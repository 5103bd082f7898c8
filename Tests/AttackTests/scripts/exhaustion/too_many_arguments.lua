-- idea: more arguments than a message may hold
-- known: the worker sends a message that the host refuses, and is stopped, instead of raising an error
-- out: false
local many = { "true" }
for i = 1, 300000 do many[i + 1] = "0123456789" end
print((pcall(spawn, many)))
