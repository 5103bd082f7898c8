-- idea: both streams of one program, or two programs of a pipe, write one file: the end of a value is left (and /dev/null takes both)
-- out: spawn: stderr: the file ./o is being written already, by another part of this run
-- out: pipe: stdout: the file o is being written already, by another part of this run
-- out: spawn: stdout and stderr name the same file
-- out: 0
local s = getSecret("TOKEN")
local function refused(what, call)
  local ok, e = pcall(what, call)
  print(ok and "it was written: " .. fs.read("o") or e.message)
end
local both = 'printf %s "$T"; printf QQQQ >&2'
refused(spawn, { "sh", "-c", both, env = { T = s }, stdout = { file = "o" }, stderr = { file = "./o" } })
refused(pipe, { { "sh", "-c", both, env = { T = s }, stderr = { file = "o" } }, { "cat" }, stdout = { file = "o" } })
refused(spawn, { "sh", "-c", both, env = { T = s }, stdout = { file = "o", append = true }, stderr = { file = "o", append = true } })
print(spawn{ "sh", "-c", "echo a; echo b >&2", stdout = { file = "/dev/null" }, stderr = { file = "/dev/null" } }.code)
