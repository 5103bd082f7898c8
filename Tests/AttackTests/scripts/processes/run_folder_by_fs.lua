-- idea: fs reads the file that a program in the background was given
-- out: 0 read
local p = spawn{ "sh", "-c", 'echo "$K"; exec sleep 20', files = { K = getSecret("TOKEN") }, background = true, capture = "stdout" }
local path = p:lines()()
local read = 0
for _, f in ipairs { fs.read, fs.stat, fs.remove, fs.list } do
  if pcall(f, path) then read = read + 1 end
  if pcall(f, (path:gsub("/[^/]*$", ""))) then read = read + 1 end
end
if pcall(fs.copy, path, "copy") then read = read + 1 end
p:kill()
print(read .. " read")
