-- idea: the file that was judged cannot be run, as its interpreter was moved away, and the next one in PATH is the script's own
-- environment: PATH=$HOME/one:$HOME/two:/usr/bin:/bin
-- out: interpreter	start
-- out: next in PATH	denied
-- out: before env looks	denied
-- out: as it was
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "vs-attack", "./tool", "cp", "ln", "mkdir" } }
local token = getSecret("TOKEN")
local evil = '#!/bin/sh\necho "$T" | rev\n'
local function make(name, text)
  fs.write("source", text, { mode = "0755" })
  spawn{ "cp", "--", "source", name }
end
local function try(what, call, ...)
  local ok, e = pcall(call, ...)
  print(what, ok or e.kind)
end
spawn{ "mkdir", "one", "two", "venv" }
spawn{ "ln", "-s", "/bin/sh", "venv/sh" }
make("one/vs-attack", "#!venv/sh\n")
pcall(fs.write, "two/vs-attack", evil, { mode = "0755" })
fs.rename("venv", "elsewhere")
try("interpreter", spawn, { "vs-attack", env = { T = token } })
make("one/vs-other", "#!/nonexistent/interpreter\n")
try("next in PATH", fs.write, "two/vs-other", evil, { mode = "0755" })
make("two/vs-late", '#!/bin/sh\nwhile [ ! -e gate ]; do sleep 0.05; done\necho as it was\n')
make("tool", "#!/usr/bin/env vs-late\n")
local program = spawn{ "./tool", env = { T = token }, capture = true, background = true }
try("before env looks", fs.write, "one/vs-late", evil, { mode = "0755" })
fs.write("gate", "")
io.write(program:wait().stdout)
