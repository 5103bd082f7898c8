-- idea: more arguments than a message to the host may hold
-- out: false
local many = { "true" }
for i = 1, 1100000 do many[i + 1] = "0" end
print((pcall(spawn, many)))
