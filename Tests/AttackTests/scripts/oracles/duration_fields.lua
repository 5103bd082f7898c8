-- idea: the result of a program that has a value tells more than its masked output
-- oracle: same
-- out: capture	code 0	leaks 1	ok true	stderr 	stdout [secret:TOKEN]\n	timedOut false
local r = spawn{ "printenv", "T", env = { T = getSecret("TOKEN") }, capture = true }
r.duration = nil
local lines = {}
for k, v in pairs(r) do lines[#lines + 1] = k .. " " .. tostring(v):gsub("\n", "\\n") end
table.sort(lines)
print("capture\t" .. table.concat(lines, "\t"):gsub("\n", "\\n"))
