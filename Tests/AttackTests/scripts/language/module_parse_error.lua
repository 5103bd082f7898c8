-- idea: a program writes a value into a module that does not parse, and the error quotes it
-- wrote: m.lua
-- out: false
spawn{ "sh", "-c", [[umask 077; printf 'return = "%s" %s\n' "$T" "$T" >m.lua]], env = { T = getSecret("TOKEN") } }
local ok, e = pcall(require, "m")
io.stderr:write(tostring(e), "\n")
print(ok)
spawn{ "rm", "m.lua" }
