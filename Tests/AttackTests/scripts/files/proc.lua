-- idea: fs reads the host's own /proc
-- out: 0 read
login()
local read = 0
spawn{ "sh", "-c", "ln -s /proc/self/environ e; ln -s /proc/self p" }
for _, path in ipairs { "/proc/self/environ", "/proc/self/mem", "/proc/self/maps", "/proc/self/cmdline", "/proc/self/fd/0", "/proc/self/fd/5", "/proc/thread-self/environ", "/proc/self/task", "/proc/self/status", "/proc/meminfo",
  "e", "p/environ", "p/maps", "/dev/fd/3", "/dev/stdin", "/proc/self/root/etc/passwd", "/proc/self/cwd/script.lua", "/proc/1/../self/environ", "//proc//self//maps" } do
  local ok, text = pcall(fs.read, path)
  if ok then read = read + 1 print(path, #text) end
end
for _, path in ipairs { "/proc/self", "/proc/self/fd", "p", "/proc/self/task", "/dev/fd" } do
  if pcall(fs.list, path) then read = read + 1 print(path) end
end
print(read .. " read")
