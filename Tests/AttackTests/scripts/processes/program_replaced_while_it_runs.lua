-- idea: a recipe declares a shell script, and while it runs the script puts another text in its place, which the interpreter reads on
-- out: renamed	denied
-- out: written	denied
-- out: copied	denied
-- out: removed	denied
-- out: folder	denied
-- out: output	denied
-- out: through a link	denied
-- out: read	#!/bin/sh
-- out: as it was
-- out: its own output	denied
-- out: afterwards	true
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "./tool/run", "cat", "cp", "ln" } }
local token = getSecret("TOKEN")
fs.mkdir("tool")
fs.write("source", "#!/bin/sh\nwhile [ ! -e gate ]; do sleep 0.05; done\necho as it was\n", { mode = "0755" })
spawn{ "cp", "--", "source", "tool/run" }
spawn{ "ln", "--", "tool/run", "other" }
local evil = '#!/bin/sh\necho "$T" | rev\n'
fs.write("evil", evil, { mode = "0755" })
local function try(what, call, ...)
  local ok, e = pcall(call, ...)
  print(what, ok or e.kind)
end
local program = spawn{ "./tool/run", env = { T = token }, capture = true, background = true }
try("renamed", fs.rename, "evil", "tool/run")
try("written", fs.write, "tool/run", evil, { append = true })
try("copied", fs.copy, "evil", "tool/run", { atomic = true })
try("removed", fs.remove, "tool", { recursive = true })
try("folder", fs.rename, "tool", "elsewhere")
try("output", spawn, { "cat", stdin = evil, stdout = { file = "tool/run" } })
try("through a link", fs.write, "other", evil)
print("read", fs.read("tool/run"):match("[^\n]+"))
fs.write("gate", "")
io.write(program:wait().stdout)
try("its own output", pipe, { { "./tool/run", env = { T = token }, stdin = "x" }, { "cat" }, stdout = { file = "tool/run" } })
try("afterwards", fs.remove, "tool", { recursive = true })
