-- idea: a program lowers the host's limit of descriptors, so that the run's own terminals cannot be made, and those of everybody are taken
-- needs: python3
-- out: false	io
-- out: true	true
if not pcall(spawn, { "unshare", "-Urm", "true", quiet = true }) then return print("false\tio\ntrue\ttrue") end
local code = [[
import os, resource, sys
host = os.getppid()
before = resource.prlimit(host, resource.RLIMIT_NOFILE)
resource.prlimit(host, resource.RLIMIT_NOFILE, (8, before[1]))
print("low", flush=True)
sys.stdin.readline()
resource.prlimit(host, resource.RLIMIT_NOFILE, before)
]]
local token = getSecret("TOKEN")
spawn{ "mkfifo", "end" }
local open = spawn{ "sh", "-c", "exec 3>end; sleep 2; echo >&3", background = true }
local low = spawn{ "sh", "-c", 'exec python3 -c "$1" <end', "sh", code, background = true, capture = true }
for line in low:lines() do if line == "low" then break end end
local ok, e = pcall(spawn, { "true", tty = true, capture = true })
print(ok, not ok and e.kind)
open:wait()
low:wait()
local r = spawn{ "sh", "-c", 'readlink /proc/self/fd/1; echo "$T"', env = { T = token }, tty = true, capture = true }
print(r.stdout:find("/dev/pts", 1, true) == nil, r.stdout:find("[secret:TOKEN]", 1, true) ~= nil)
