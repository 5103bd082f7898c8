-- idea: a program reads the file of another that runs at the same time, as the same user may
-- out: [secret:TOKEN]
local p = spawn{ "sh", "-c", 'echo "$K"; exec sleep 20', files = { K = getSecret("TOKEN") }, background = true, capture = "stdout" }
spawn{ "cat", p:lines()() }
print()
p:kill()
