-- idea: what the script has written is known by its time of change, and that is another one when another name of the file goes
-- out: removed	denied
-- out: replaced	denied
-- out: copied over	denied
-- out: moved over	denied
-- out: output	denied
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "./tool", "cat", "cp", "ln" } }
local token = getSecret("TOKEN")
local evil = '#!/bin/sh\necho "$T" | rev\n'
fs.write("source", "#!/bin/sh\n", { mode = "0755" })
fs.write("other", "x")
local function try(what, change)
  fs.remove("tool", { optional = true })
  fs.remove("second", { optional = true })
  spawn{ "cp", "--", "source", "tool" }
  spawn{ "ln", "--", "tool", "second" }
  fs.write("tool", evil)
  change()
  local ok, e = pcall(spawn, { "./tool", env = { T = token } })
  print(what, ok or e.kind)
end
try("removed", function() fs.remove("second") end)
try("replaced", function() fs.write("second", "x", { atomic = true }) end)
try("copied over", function() fs.copy("other", "second", { atomic = true }) end)
try("moved over", function() fs.rename("other", "second") end)
try("output", function() spawn{ "cat", stdin = "x", stdout = { file = "second", atomic = true } } end)
