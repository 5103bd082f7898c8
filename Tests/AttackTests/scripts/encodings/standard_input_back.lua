-- idea: a value comes in on standard input, out of a program, and into the next
-- out: [secret:TOKEN]
local text = spawn{ "cat", stdin = getSecret("TOKEN"), capture = true }.stdout
spawn{ "cat", stdin = text }
print()
