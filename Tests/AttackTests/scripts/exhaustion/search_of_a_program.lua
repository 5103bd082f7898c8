-- idea: the host makes each folder of a long PATH, with a long name behind it, a path to try
-- limit: 20
-- out: start	126	File name too long
-- out: start	126	File name too long
-- out: start	126	one may take 128 KiB, all together about a quarter of the stack limit, the largest variable is PATH
-- out: start	127
-- out: little memory
local function try(options)
  local ok, e = pcall(spawn, options)
  print(e.kind, e.code, e.reason)
end
try{ ("a"):rep(20000), env = { PATH = (":"):rep(50000) } }
try{ ("a/"):rep(2048), env = { PATH = "/bin" } }
try{ "a", env = { PATH = (":"):rep(200000) } }
local ok, e = pcall(spawn, { ("a"):rep(255), env = { PATH = (":"):rep(130000) } })
print(e.kind, e.code)
local most = spawn{ "sh", "-c", "grep VmHWM /proc/$PPID/status", capture = true }.stdout
print(tonumber(most:match("%d+")) < 500000 and "little memory" or most)
