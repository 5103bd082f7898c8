-- idea: a program that another left behind is read: its environment, memory and descriptors
-- out: none
spawn{ "sh", "-c", "setsid sleep 3 >/dev/null 2>&1 & sleep 0.2", env = { LEFT_BEHIND_MARK = getSecret("TOKEN") } }
local r = spawn{ "sh", "-c", "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c LEFT_BEHIND_MARK", capture = true, check = false }
print(r.stdout == "0\n" and r.leaks == 0 and "none" or r.stdout)
