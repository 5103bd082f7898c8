-- idea: closing one handle of a value wipes the value under the other, or stops the masking of it
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
local a, b = getSecret("TOKEN"), getSecret("TOKEN")
a:close()
spawn{ "printenv", "B", env = { B = b } }
local line = spawn{ "printenv", "B", env = { B = b }, capture = true }.stdout
b:close()
io.write(line)
