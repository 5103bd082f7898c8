-- idea: a program's halves, masked neither, are put together by fs.write: documented for halves, masked when read
-- wrote: whole
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
for _, range in ipairs { "1-20", "21-" } do
  fs.write("whole", (spawn{ "cut", "-c", range, stdin = s, capture = true }.stdout:gsub("\n", "")), { append = true })
end
print(fs.read("whole"))
fs.remove("whole")
