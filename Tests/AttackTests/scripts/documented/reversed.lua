-- idea: a granted program turns a value round: not in the list, Lua has it
-- out: [secret:TOKEN]
local text = spawn{ "rev", stdin = getSecret("TOKEN"), capture = true, quiet = false }.stdout:gsub("\n", "")
print(text:reverse())
