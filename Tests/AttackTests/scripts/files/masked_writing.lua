-- idea: text that was masked overwrites the file that it came from
-- out: false
local text = spawn{ "printenv", "T", env = { T = getSecret("TOKEN") }, capture = true }.stdout
print((pcall(fs.write, "x", text)))
fs.write("y", text, { allowMasked = true })
