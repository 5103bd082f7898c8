-- idea: the first line of a declared script leads to what the script has written: by CR at its end, behind an option's argument of env, or from the working folder of the start
-- environment: PATH=bin:/usr/bin:/bin
-- out: CR	denied
-- out: argument of an option	denied
-- out: working folder	denied
-- out: as it was	true
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "./tool", "cp" } }
local token = getSecret("TOKEN")
local evil = '#!/bin/sh\necho "$T" | rev\n'
local function make(text)
  fs.write("source", text, { mode = "0755" })
  spawn{ "cp", "--", "source", "sub/tool" }
  spawn{ "cp", "-lf", "--", "sub/tool", "tool" }
end
local function try(what)
  local ok, e = pcall(spawn, { "./tool", env = { T = token }, cwd = "sub" })
  print(what, ok or e.kind)
end
fs.mkdir("sub/bin", { parents = true })
fs.write("sub/bin/vs-attack\r", evil, { mode = "0755" })
make("#!/usr/bin/env vs-attack\r\n")
try("CR")
fs.write("sub/bin/vs-attack", evil, { mode = "0755" })
make("#!/usr/bin/env -S -u FOO vs-attack\n")
try("argument of an option")
make("#!bin/vs-attack\n")
try("working folder")
make("#!/bin/sh\n:\n")
try("as it was")
