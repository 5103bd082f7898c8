-- idea: the script changes itself and its modules while they run
-- out: old
spawn{ "sh", "-c", "echo 'return \"old\"' >m.lua" }
local first = require("m")
fs.write("m.lua", "return getSecret('TOKEN')")
fs.write("script.lua", "os.exit(0)")
print(require("m"))
