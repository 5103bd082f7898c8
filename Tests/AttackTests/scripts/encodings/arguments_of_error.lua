-- idea: the arguments in an error hold what a program printed
-- exit: 1
-- lacks: ghp_
local text = spawn{ "printenv", "T", env = { T = getSecret("TOKEN") }, capture = true }.stdout:gsub("\n", "")
local _, e = pcall(spawn, { "false", text, "${file:K}", files = { K = getSecret("EIGHT") } })
io.stderr:write(table.concat(e.args, " "), "\n")
error(e)
