-- idea: the error of a script whose first line is a value, tells the value up to its first blank
-- out: start	./odd cannot be run: its interpreter was not found
local value = getSecret("PEM")
spawn{ "tee", "odd", stdin = secret.template("#!${v}\n", { v = value }), quiet = true }
spawn{ "chmod", "+x", "odd" }
local _, e = pcall(spawn, { "./odd" })
print(e.kind, e.message)
fs.remove("odd")
