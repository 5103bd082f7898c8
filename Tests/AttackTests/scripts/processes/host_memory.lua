-- idea: a program reads the memory of the host, the keeper and the worker
-- out: 0 readable
-- needs: python3
local code = [[
import os
n = 0
p = os.getppid()
def parent(q): return int(open("/proc/%d/stat" % q).read().rsplit(")", 1)[1].split()[1])
pids = {p, parent(p)}
for q in os.listdir("/proc"):
    if q.isdigit():
        try:
            # The worker, and no other run's.
            if "vaultscript" in open("/proc/%s/comm" % q).read() and parent(int(q)) in pids: pids.add(int(q))
        except OSError: pass
if len(pids) < 3: print("too few are looked at")
for q in pids:
    for name in ("mem", "maps", "environ", "auxv", "stack", "syscall", "pagemap", "smaps", "map_files", "fd", "fdinfo", "cwd", "exe", "root"):
        path = "/proc/%d/%s" % (q, name)
        try:
            if os.path.isdir(path) and not os.path.islink(path): os.listdir(path)
            elif os.path.islink(path): os.readlink(path)
            else:
                data = open(path, "rb").read(16)
                if not data: continue
            n += 1; print("readable", name)
        except OSError: pass
print(n, "readable")
]]
spawn{ "python3", "-c", code, env = { T = getSecret("TOKEN") } }
