-- idea: what the kernel counts (bytes of a network, memory, processor time), read before and after a value is fetched, tells its length
-- out: 0 read
local paths = { "/proc/loadavg", "/proc/stat", "/proc/uptime", "/proc/swaps", "/proc/meminfo", "/proc/vmstat", "/proc/interrupts", "/proc/softirqs", "/proc/diskstats", "/proc/schedstat",
  "/proc/slabinfo", "/proc/pressure/cpu", "/proc/net/dev", "/proc/net/snmp", "/proc/sys/fs/file-nr", "/proc/sys/fs/inode-nr", "/proc/sys/kernel/random/entropy_avail", "/proc/sys/../stat",
  "/sys/class/net/lo/statistics/tx_bytes", "/sys/class/net/eth0/statistics/rx_bytes", "/sys/kernel/debug", "/sys/kernel/tracing", "counter", "lo/statistics/tx_bytes", "up/sys/class/net/lo/statistics/tx_bytes" }
for _, folder in ipairs { "", "/unified", "/memory", "/cpu", "/cpuacct" } do
  for _, file in ipairs { "memory.current", "memory.stat", "cpu.stat", "cgroup.procs", "memory.usage_in_bytes", "cpuacct.usage" } do
    paths[#paths + 1] = "/sys/fs/cgroup" .. folder .. "/" .. file
  end
end
spawn{ "sh", "-c", "ln -s /sys/class/net/lo/statistics/tx_bytes counter; ln -s /sys/class/net/lo lo; ln -s / up" }
getSecret("TOKEN")
local read = 0
local function try(way, path, f, ...)
  local ok, e = pcall(f, ...)
  if ok then read = read + 1 print(way, path) end
end
for _, path in ipairs(paths) do
  try("read", path, fs.read, path)
  try("stat", path, fs.stat, path)
  try("copy", path, fs.copy, path, "copied")
  try("file", path, secret.file, path)
  try("dotenv", path, secret.dotenv, path)
  try("stdin", path, spawn, { "true", stdin = { file = path } })
  try("stdout", path, spawn, { "true", stdout = { file = path } })
  local ok, e = pcall(http.request, { url = "http://127.0.0.1:9/", method = "PUT", upload = { file = path }, timeout = "1s" })
  if not e.message:find("out of reach", 1, true) and not e.message:find("cannot be opened", 1, true) and e.kind ~= "notFound" then read = read + 1 print("upload", path, e.message) end
end
for _, folder in ipairs { "/sys", "/sys/class/net", "lo", "/sys/fs/cgroup", "/proc/net", "/proc/sys" } do try("list", folder, fs.list, folder) end
for _, pattern in ipairs { "/sys/class/net/*", "/sys/*", "/proc/sys/*", "/proc/[ls]*" } do
  for _, path in ipairs(fs.glob(pattern)) do read = read + 1 print("glob", path) end
end
print(read .. " read")
