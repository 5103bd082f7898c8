-- idea: env in the first line of a declared program finds an interpreter in a folder of PATH that was closed when the program was judged
-- environment: PATH=$HOME/bin:/root/bin:/usr/bin:/bin
-- out: closed	denied
-- out: replaced	denied
-- out: of another user	denied
-- out: as it was
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "./tool", "cp", "mkdir", "rmdir" } }
local token = getSecret("TOKEN")
local evil = '#!/bin/sh\necho "$T" | rev\n'
local function make(text)
  fs.write("source", text, { mode = "0755" })
  spawn{ "cp", "--", "source", "tool" }
end
local function try(what, call, ...)
  local ok, program = pcall(call, ...)
  print(what, ok or program.kind)
  return ok and program
end
make("#!/usr/bin/env vs-attack\n")
fs.mkdir("prep")
fs.write("prep/vs-attack", evil, { mode = "0755" })
spawn{ "mkdir", "-m", "000", "bin" }
local program = try("closed", spawn, { "./tool", env = { T = token }, background = true })
if program then
  try("replaced", fs.rename, "prep", "bin")
  program:wait()
else
  print("replaced", "denied")
end
spawn{ "rmdir", "bin" }
make("#!/usr/bin/env -S sh -c 'while [ ! -e gate ]; do sleep 0.05; done; echo as it was'\n")
program = spawn{ "./tool", env = { T = token }, capture = true, background = true }
try("of another user", fs.rename, "prep", "bin")
fs.write("gate", "")
io.write(program:wait().stdout)
