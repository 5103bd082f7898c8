-- idea: a value printed just before the program is stopped for its time
-- out: [secret:TOKEN]	true
local _, e = pcall(spawn, { "sh", "-c", 'echo "$T" >&2; exec sleep 20', env = { T = getSecret("TOKEN") }, timeout = 0.4, quiet = true })
print((e.stderr:gsub("\n", "")), e.kind == "timeout")
