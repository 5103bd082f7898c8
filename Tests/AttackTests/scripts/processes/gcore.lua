-- idea: a program takes a core of the host
-- needs: gcore
-- out: 0 cores
local s = getSecret("TOKEN")
spawn{ "sh", "-c", "gcore -o stolen $PPID >/dev/null 2>&1; ls | grep -c stolen", check = false, env = { T = s }, capture = true }
print(spawn{ "sh", "-c", "ls | grep -c stolen", capture = true, check = false }.stdout:gsub("\n", "") .. " cores")
