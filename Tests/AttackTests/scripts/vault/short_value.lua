-- idea: a value too short to mask is given to a program that prints it
-- out: false	denied
local ok, e = pcall(spawn, { "printenv", "X", env = { X = getSecret("X") } })
print(ok, e.kind == "usage" and "denied" or e.kind)
