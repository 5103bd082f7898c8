-- idea: a link beside the script leads require elsewhere
-- out: false	false	false
-- lacks: root:
spawn{ "ln", "-s", "/etc/passwd", "passwd.lua" }
spawn{ "ln", "-s", "/proc/self/environ", "environ.lua" }
spawn{ "ln", "-s", "/etc", "folder" }
local results = { pcall(require, "passwd") }
io.stderr:write(tostring(results[2]), "\n")
print(results[1], (pcall(require, "environ")), (pcall(require, "folder.passwd")))
