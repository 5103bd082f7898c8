-- idea: lines of a program in the background, taken while half a value is there
-- out: start
-- out: [secret:TOKEN]
-- out: x[secret:TOKEN]
local p = spawn{ "bash", "-c", [[echo start; printf %s "${T:0:15}"; sleep 0.3; printf '%s\nx%s' "${T:15}" "${T:0:30}"; sleep 0.2; printf %s "${T:30}"]], env = { T = getSecret("TOKEN") }, background = true, capture = "stdout" }
for line in p:lines() do print(line) end
