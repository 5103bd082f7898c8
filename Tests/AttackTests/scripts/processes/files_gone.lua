-- idea: the file with a value stays after its program has ended
-- out: gone
local r = spawn{ "sh", "-c", 'echo "$K"', files = { K = getSecret("TOKEN") }, capture = true }
local path = r.stdout:gsub("\n", "")
spawn{ "sh", "-c", 'test -e "$1" && echo there || echo gone', "x", path }
