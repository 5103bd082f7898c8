-- idea: a traceback shows arguments, upvalues or locals
-- exit: 1
-- options: -v
-- error: stack traceback
local s = getSecret("TOKEN")
local function inner(a, b) local c = a error("deep") end
inner(s, spawn{ "printenv", "T", env = { T = s }, capture = true }.stdout)
