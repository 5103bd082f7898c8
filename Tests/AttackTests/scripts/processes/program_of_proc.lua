-- idea: the program to start is a file of the host's own /proc
-- out: 0 started
getSecret("TOKEN")
local started = 0
for _, path in ipairs { "/proc/self/fd/3", "/proc/self/fd/5", "/dev/fd/4", "/proc/self/mem", "/proc/self/environ", "/proc/self", "/dev/stdin" } do
  if pcall(spawn, { path, capture = true }) then started = started + 1 print(path) end
end
print(started .. " started")
