-- idea: a debugger is attached to the host by a program
-- needs: gdb
-- out: attached 0
local s = getSecret("TOKEN")
local r = spawn{ "sh", "-c", "gdb -batch -nx -p $PPID -ex 'info proc mappings' 2>&1", env = { T = s }, capture = true, check = false }
print("attached " .. select(2, r.stdout:gsub("Start Addr", "")))
