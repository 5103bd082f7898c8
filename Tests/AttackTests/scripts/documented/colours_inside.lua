-- idea: a granted program paints letters inside a value: not recognised, Lua has it
-- out: [secret:TOKEN]
local text = spawn{ "sed", "s/./&\27[0m/5g", stdin = getSecret("TOKEN"), capture = true }.stdout
print((text:gsub("\27%[0m", "")))
