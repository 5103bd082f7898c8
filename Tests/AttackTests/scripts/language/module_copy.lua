-- idea: a program writes a value into a module, and the module gives it back
-- wrote: m.lua
-- out: [secret:TOKEN]	14
spawn{ "sh", "-c", [[umask 077; printf 'return "%s"\n' "$T" >m.lua]], env = { T = getSecret("TOKEN") } }
local text = require("m")
print(text, #text)
spawn{ "rm", "m.lua" }
