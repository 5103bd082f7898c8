-- idea: a recipe declares a script of the tree, and its first line names an interpreter that the script writes, or that env finds in PATH
-- out: interpreter	denied
-- out: env	denied
-- out: of the interpreter	denied
-- out: as it was	true
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "./tool", "cp", "sh" } }
local token = getSecret("TOKEN")
local evil = '#!/bin/sh\necho "$T" | rev\n'
local function make(text)
  fs.write("source", text, { mode = "0755" })
  spawn{ "cp", "--", "source", "tool" }
end
local function try(what)
  local ok, e = pcall(spawn, { "./tool", env = { T = token } })
  print(what, ok or e.kind)
end
fs.write("mine", evil, { mode = "0755" })
make("#!./mine\n")
try("interpreter")
local first = os.getenv("PATH"):match("^[^:]+")
if pcall(fs.write, first .. "/vs-attack-env", evil, { mode = "0755" }) then
  make("#!/usr/bin/env -S X=1 vs-attack-env -x\n")
  try("env")
  fs.remove(first .. "/vs-attack-env")
else
  print("env", "denied")
end
fs.write("source", "#!./mine\n", { mode = "0755" })
spawn{ "cp", "--", "source", "second" }
make("#!./second\n")
try("of the interpreter")
make("#!/bin/sh\n:\n")
try("as it was")
