-- idea: the output of a program goes to a file that leads to the credentials, the host or a device
-- credentials: file
-- out: 0 written
login()
spawn{ "ln", "-s", "config/vaultscript/credentials/default.env", "link" }
local written = 0
for _, path in ipairs { "config/vaultscript/credentials/default.env", "link", "config/vaultscript/x", "/proc/self/mem", "/proc/self/fd/1", "/dev/tty", "/etc/passwd", "", "x\0y", "none/x", "." } do
  if pcall(spawn, { "echo", "x", stdout = { file = path } }) then written = written + 1 print(path) end
end
spawn{ "rm", "link" }
print(written .. " written")
