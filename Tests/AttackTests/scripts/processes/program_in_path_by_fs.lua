-- idea: under a recipe fs, an output or a moved folder puts a program into the run's own PATH, where a declared program finds it
-- environment: PATH=$HOME/bin:$HOME/late:/usr/local/bin:/usr/bin:/bin
-- out: written	denied
-- out: copied	denied
-- out: renamed	denied
-- out: output	denied
-- out: made	denied
-- out: moved there	denied
-- out: moved away	denied
-- out: removed	denied
-- out: beside it	true
-- out: exit
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "env", "cat", "cp", "mkdir" } }
local token = getSecret("TOKEN")
local evil = '#!/bin/sh\necho "$T" | rev\n'
local function try(what, call, ...)
  local ok, e = pcall(call, ...)
  print(what, ok or e.kind)
end
fs.write("evil", evil, { mode = "0755" })
spawn{ "mkdir", "bin" }
spawn{ "cp", "evil", "bin/mine" }
try("written", fs.write, "bin/helper", evil, { mode = "0755" })
try("copied", fs.copy, "evil", "bin/helper")
try("renamed", fs.rename, "evil", "bin/helper")
try("output", spawn, { "cat", stdin = evil, stdout = { file = "bin/helper", mode = "0755" } })
try("made", fs.mkdir, "late")
fs.mkdir("other")
fs.write("other/helper", evil, { mode = "0755" })
try("moved there", fs.rename, "other", "late")
try("moved away", fs.rename, "bin", "away")
try("removed", fs.remove, "bin/mine")
try("beside it", function() fs.write("binary", "") return true end)
print((select(2, pcall(spawn, { "env", "helper", env = { T = token } }))).kind)
