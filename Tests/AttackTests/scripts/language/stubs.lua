-- idea: the functions of Lua that reach files, programs and the loader
-- out: 0 of 15 worked
local worked, tried = 0, 0
for _, code in ipairs {
  "io.open('/etc/passwd')", "io.open('script.lua', 'w')", "io.popen('id')", "io.lines('/etc/passwd')", "io.input('/etc/passwd')", "io.output('x')", "io.tmpfile()",
  "os.execute('id')", "os.remove('script.lua')", "os.rename('a', 'b')", "os.tmpname()", "os.setlocale('C')", "dofile('script.lua')", "loadfile('script.lua')", "io.close()",
} do
  tried = tried + 1
  if pcall(load("return " .. code)) then worked = worked + 1 print(code) end
end
print(("%d of %d worked"):format(worked, tried))
