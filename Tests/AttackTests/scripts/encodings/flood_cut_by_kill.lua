-- idea: a flood of values is cut by a kill in the middle of one
-- exit: 0
local r = spawn{ "bash", "-c", 'yes "$T" | head -c 3000007 & sleep 0.3; kill -KILL %1 2>/dev/null; exit 0', env = { T = getSecret("TOKEN") }, capture = true, check = false }
io.write(r.stdout:sub(1, 2000))
