-- idea: the new file of an atomic output is found in its folder, and a second program writes over its beginning
-- out: usage
-- out: usage
-- wrote: e.out
local s = getSecret("TOKEN")
local slow = spawn{ "sh", "-c", 'printf %s "$T"; exec sleep 60', env = { T = s }, stdout = { file = "e.out", atomic = true }, background = true }
local name
while not name do
  for _, entry in ipairs(fs.list(".")) do
    if entry:find("^%.e%.out%.") and fs.stat(entry).size > 0 then name = entry end
  end
end
local ok, e = pcall(spawn, { "printf", "QQQQ", stdout = { file = name } })
print(ok and fs.read(name) or e.kind)
ok, e = pcall(fs.write, name, "QQQQ", { append = true })
print(ok and fs.read(name) or e.kind)
slow:kill()
