-- idea: a granted program changes the case of a value: not in the list, Lua has it
-- out: true
local s = getSecret("TOKEN")
local upper = spawn{ "tr", "a-z", "A-Z", stdin = s, capture = true }.stdout
print(#upper == 40 and upper:sub(1, 4) == "GHP_")
