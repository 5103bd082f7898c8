-- idea: a granted program prints half a value on each of its two streams
-- out: [secret:TOKEN]
local r = spawn{ "bash", "-c", 'printf %s "${T:0:20}"; printf %s "${T:20}" >&2', env = { T = getSecret("TOKEN") }, capture = true }
print(r.stdout .. r.stderr)
