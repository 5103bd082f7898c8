-- idea: a program that has a value dies with a core
-- out: SIGNAL 11
-- out: 0 cores
local r = spawn{ "sh", "-c", "ulimit -c unlimited 2>/dev/null; kill -SEGV $$", env = { T = getSecret("TOKEN") }, check = false, capture = true }
print("SIGNAL " .. tostring(r.signal))
print(spawn{ "sh", "-c", "ls | grep -c core", capture = true, check = false }.stdout:gsub("\n", "") .. " cores")
