-- idea: the lines of a program in the background, read one by one, with a value split over them
-- out: [secret:TOKEN]
-- out: [secret:PEM]
local p = spawn{ "sh", "-c", [[printf '%s\n' "$T"; printf '%s' "$P"]], env = { T = getSecret("TOKEN"), P = getSecret("PEM") }, background = true, capture = "stdout" }
for line in p:lines() do print(line) end
p:wait()
