-- idea: half a value on standard output, half on standard error, merged into one
-- out: [secret:TOKEN]
local r = spawn{ "bash", "-c", 'printf %s "${T:0:20}"; printf %s "${T:20}" >&2', env = { T = getSecret("TOKEN") }, capture = "merge" }
print(r.stdout)
