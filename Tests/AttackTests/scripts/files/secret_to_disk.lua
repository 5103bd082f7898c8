-- idea: a secret is written to a file, as a text, a path, an option
-- out: false	false	false	false	false
local s = getSecret("TOKEN")
print((pcall(fs.write, "x", s)), (pcall(fs.write, s, "x")), (pcall(fs.write, "x", "x", { mode = s })), (pcall(fs.read, s)), (pcall(fs.copy, "script.lua", s)))
