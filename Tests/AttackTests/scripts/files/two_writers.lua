-- idea: a second program, the script or a download writes over the beginning of what a program prints into a file
-- wrote: e.out
-- wrote: twin
-- out: spawn: stdout	usage
-- out: spawn: stderr	usage
-- out: spawn: stdout	usage
-- out: spawn: stdout	usage
-- out: pipe: stdout	usage
-- out: fs.write	usage
-- out: fs.write	usage
-- out: fs.copy	usage
-- out: [secret:TOKEN]
-- out: it is free again
local s = getSecret("TOKEN")
fs.write("e.out", "")
spawn{ "ln", "-s", "e.out", "link" }
spawn{ "ln", "e.out", "twin" }
local slow = spawn{ "sh", "-c", 'printf %s "$T"; exec sleep 60', env = { T = s }, stdout = { file = "e.out" }, background = true }
while fs.stat("e.out").size == 0 do sleep(0.01) end
local function refused(place, what, ...)
  local ok, e = pcall(what, ...)
  print(not ok and e.message:find(place .. ": the file", 1, true) == 1 and place or tostring(ok), not ok and e.kind or "")
end
refused("spawn: stdout", spawn, { "printf", "QQQQ", stdout = { file = "./e.out" } })
refused("spawn: stderr", spawn, { "printf", "QQQQ", stderr = { file = "link" } })
refused("spawn: stdout", spawn, { "printf", "QQQQ", stdout = { file = "twin" } })
refused("spawn: stdout", spawn, { "printf", "QQQQ", stdout = { file = "e.out", append = true } })
refused("pipe: stdout", pipe, { { "printf", "QQQQ" }, { "cat" }, stdout = { file = "e.out" } })
refused("fs.write", fs.write, "e.out", "QQQQ")
refused("fs.write", fs.write, "e.out", "QQQQ", { append = true })
fs.write("short", "QQQQ")
refused("fs.copy", fs.copy, "short", "link")
print(fs.read("e.out"))
slow:kill()
pcall(slow.wait, slow)
spawn{ "printf", "it is free again\n", stdout = { file = "e.out" } }
io.write(fs.read("e.out"))
