-- idea: many beginnings of a value stand before it
-- out: true
local r = spawn{ "bash", "-c", 'for i in 1 2 3 4 5 6 7 8 9; do printf %s "${T:0:5}"; done; printf "%s\n" "$T"', env = { T = getSecret("TOKEN") }, capture = true }
print(r.stdout:sub(-15) == "[secret:TOKEN]\n" and r.leaks == 1)
