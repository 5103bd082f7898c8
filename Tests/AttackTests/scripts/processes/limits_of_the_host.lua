-- idea: a program sets limits of the host, by a thread's number too: what does not fit says how long a value is, and the run's terminals cannot be made
-- needs: python3
-- out: 0	refused	refused	read	own
-- out: true
-- out: true	true
local token = getSecret("TOKEN")
local code = [[
import os, resource, sys
host = os.getppid()
def attempt(number, limit, value):
    try:
        resource.prlimit(number, limit, value)
        return "set"
    except PermissionError:
        return "refused"
before = resource.prlimit(host, resource.RLIMIT_NOFILE)
told = attempt(host, resource.RLIMIT_NOFILE, (8, before[1]))
for thread in os.listdir("/proc/%d/task" % host):
    also = attempt(int(thread), resource.RLIMIT_FSIZE, (16, 16))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
print(told, also, "read" if before[0] > 8 else before, "own" if resource.getrlimit(resource.RLIMIT_FSIZE)[0] == 4096 else "?", sep="\t")
]]
local r = spawn{ "sh", "-c", 'exec python3 -c "$1"', "sh", code, capture = true }
io.write(r.code, "\t", r.stdout)
print(spawn{ "sh", "-c", "cat <&3 >/dev/null", fds = { [3] = token } }.ok)
if not pcall(spawn, { "unshare", "-Urm", "true", quiet = true }) then return print("true\ttrue") end
local r = spawn{ "sh", "-c", 'readlink /proc/self/fd/1; echo "$T"', env = { T = token }, tty = true, capture = true }
print(r.stdout:find("/dev/pts", 1, true) == nil, r.stdout:find("[secret:TOKEN]", 1, true) ~= nil)
