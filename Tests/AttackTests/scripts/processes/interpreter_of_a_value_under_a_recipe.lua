-- idea: a declared program's first line leads through a folder that the script has moved to a value, and the refusal tells that up to its first blank
-- out: denied	the script itself has written or moved what its first line names in this run
recipe{ name = "harmless", secrets = { "PEM" }, programs = { "./odd", "tee" } }
fs.mkdir("before")
fs.rename("before", "moved")
fs.write("odd", "", { mode = "0755" })
spawn{ "tee", "odd", stdin = secret.template("#!moved/${v}\n", { v = getSecret("PEM") }), quiet = true }
local _, e = pcall(spawn, { "./odd" })
print(e.kind, e.reason)
fs.remove("odd")
