-- idea: fs reads a file in pieces, each shorter than the value
-- out: no pieces
spawn{ "sh", "-c", 'umask 077; printf %s "$T" >kept', env = { T = getSecret("TOKEN") } }
for _, options in ipairs { { offset = 5 }, { count = 10 }, { length = 10 }, { from = 3 }, { maximum = 9 } } do
  local ok, text = pcall(fs.read, "kept", options)
  if ok and #text ~= 14 then print(text) end
end
fs.remove("kept")
print("no pieces")
