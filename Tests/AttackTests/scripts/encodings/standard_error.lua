-- idea: a value on standard error, shown, captured, merged, and in the error of a failed program
-- exit: 9
-- error: [secret:TOKEN]
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
local T = getSecret("TOKEN")
local command = 'printf "%s\n" "$T" >&2'
spawn{ "sh", "-c", command, env = { T = T } }
io.write(spawn{ "sh", "-c", command, env = { T = T }, capture = "stderr" }.stderr)
io.write(spawn{ "sh", "-c", command, env = { T = T }, capture = "merge" }.stdout)
spawn{ "sh", "-c", command .. "; exit 9", env = { T = T }, capture = true }
