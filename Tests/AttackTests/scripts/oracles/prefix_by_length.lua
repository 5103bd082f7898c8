-- idea: the length of captured text tells a right guess from a wrong one
-- oracle: same
-- guess: TOKEN 20
-- out: 20	20	40	40
getSecret("TOKEN")
local function length(...) return #spawn{ "printf", "%s", ..., capture = true }.stdout end
print(length(arg[1]), length(arg[2]), length(arg[1] .. arg[2]), length(arg[2] .. arg[1]))
