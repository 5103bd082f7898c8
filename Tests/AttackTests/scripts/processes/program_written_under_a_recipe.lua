-- idea: a recipe declares a harmless program of the tree or of PATH, and the script writes another one in its place
-- out: before
-- out: written	denied
-- out: copied	denied
-- out: moved	denied
-- out: folder	denied
-- out: output	denied
-- out: moved link	denied
-- out: filled after it was moved	denied
-- out: in PATH	denied
-- out: by a program	5
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "./tool/run", "cat", "cp", "true" } }
local token = getSecret("TOKEN")
local shell = "#!/bin/sh\n"
fs.mkdir("tool")
fs.write("source", shell .. "echo before\n", { mode = "0755" })
spawn{ "cp", "--", "source", "tool/run" }
io.write(spawn{ "./tool/run", capture = true }.stdout)
local evil = shell .. 'echo "$T" | rev\n'
local function try(what, program)
  local ok, e = pcall(spawn, { program or "./tool/run", env = { T = token } })
  print(what, ok or e.kind)
end
fs.write("tool/run", evil)
try("written")
fs.write("evil", evil, { mode = "0755" })
fs.copy("evil", "tool/run", { atomic = true })
try("copied")
fs.rename("evil", "tool/run")
try("moved")
fs.mkdir("other")
spawn{ "cp", "--", "source", "other/run" }
fs.remove("tool", { recursive = true })
fs.rename("other", "tool")
try("folder")
fs.remove("tool", { recursive = true })
fs.mkdir("tool")
spawn{ "cp", "--", "source", "tool/run" }
spawn{ "cat", stdin = evil, stdout = { file = "tool/run" } }
try("output")
fs.remove("tool/run")
spawn{ "cp", "-P", "--", "/proc/self/exe", "to-shell" }
fs.rename("to-shell", "tool/run")
local ok, e = pcall(spawn, { "./tool/run", "-c", 'echo "$T" | rev', env = { T = token } })
print("moved link", ok or e.kind)
fs.remove("tool/run")
local filling = spawn{ "cat", stdin = evil .. ("#"):rep(1 << 20) .. "\n", stdout = { file = "filled", mode = "0755" }, background = true }
fs.rename("filled", "tool/run")
filling:wait()
try("filled after it was moved")
local first = os.getenv("PATH"):match("^[^:]+")
local isMine = pcall(fs.write, first .. "/true", evil, { mode = "0755" })
if isMine then try("in PATH", "true") else print("in PATH", "denied") end
fs.write("source", shell .. "exit 5\n")
fs.remove("tool/run")
spawn{ "cp", "--", "source", "tool/run" }
print("by a program", spawn{ "./tool/run", check = false }.code)
