-- idea: fs copies and reads devices that never end or answer
-- out: 0 worked
local worked = 0
for _, path in ipairs { "/dev/zero", "/dev/random", "/dev/tty", "/dev/ptmx", "/dev/mem", "/dev/kmsg", "/proc/kmsg", "/proc/kcore", "/sys/kernel/debug" } do
  if pcall(fs.read, path) or pcall(fs.copy, path, "copy") then worked = worked + 1 print(path) end
end
print(worked .. " worked")
