-- idea: an atomic output is opened before a declared script runs, and takes its place while it runs
-- out: of a program	denied
-- out: of a pipe	denied
-- out: as it was
-- out: afterwards	true
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "./tool", "./wait", "cat", "cp" } }
local token = getSecret("TOKEN")
local evil = '#!/bin/sh\necho "$T" | rev\n'
local function make(name, text)
  fs.write("source", text, { mode = "0755" })
  spawn{ "cp", "--", "source", name }
end
make("tool", "#!/bin/sh\nwhile [ ! -e gate ]; do sleep 0.05; done\necho as it was\n")
make("wait", '#!/bin/sh\nwhile [ ! -e "$1" ]; do sleep 0.05; done\nexec cat\n')
local target = { file = "tool", atomic = true, mode = "0755" }
local function try(what, call, ...)
  local ok, e = pcall(call, ...)
  print(what, ok or e.kind)
end
local output = spawn{ "./wait", "first", stdin = evil, stdout = target, background = true }
local program
parallel{
  function() try("of a pipe", pipe, { { "./wait", "second", stdin = evil }, { "cat" }, stdout = target }) end,
  function()
    program = spawn{ "./tool", env = { T = token }, capture = true, background = true }
    fs.write("first", "")
    try("of a program", output.wait, output)
    fs.write("second", "")
  end,
}
fs.write("gate", "")
io.write(program:wait().stdout)
try("afterwards", spawn, { "cat", stdin = "x", stdout = target })
