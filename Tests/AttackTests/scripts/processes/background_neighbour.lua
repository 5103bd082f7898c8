-- idea: a program reads the environment, memory and descriptors of another in the background
-- out: 0
-- needs: python3
local p = spawn{ "sleep", "20", env = { BACKGROUND_MARK = getSecret("TOKEN") }, stdin = getSecret("EIGHT"), background = true }
spawn{ "python3", "-c", [[
import sys, os
n = 0
for name in ("environ", "mem", "maps", "fd/0", "cwd"):
    path = "/proc/%s/%s" % (sys.argv[1], name)
    try:
        if name == "fd/0": os.readlink(path)
        elif name == "cwd": os.readlink(path)
        elif not open(path, "rb").read(1): continue
        n += 1; print(name)
    except OSError: pass
print(n)
]], p:pid() }
p:kill()
