-- idea: the host opens a file of its own /proc for a program to read
-- out: 0 opened
login()
local opened = 0
for _, path in ipairs { "/proc/self/environ", "/proc/self/mem", "/proc/self/maps", "/proc/self/auxv", "/proc/thread-self/environ", "/proc/self/fd/3",
  "/proc/self/fd/4", "/proc/self/fd/5", "/dev/fd/3", "/dev/fd/6", "/proc/self/task/../environ", "/proc/self/root/proc/self/maps", "/proc/self/cwd/../../proc/self/mem",
  "/proc/self/map_files", "/proc/self/pagemap", "/proc/self/stack" } do
  local ok, r = pcall(spawn, { "head", "-c", "64", stdin = { file = path }, capture = true, check = false })
  if ok and #r.stdout > 0 then opened = opened + 1 print(path) end
end
print(opened .. " opened")
