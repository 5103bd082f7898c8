-- idea: base64 of the base64
-- out: 1
local r = spawn{ "sh", "-c", 'printf %s "$T" | base64 -w0 | base64 -w0', env = { T = getSecret("TOKEN") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
