-- idea: the process that stands above the host holds the credentials in its environment or memory
-- out: 0
-- needs: python3
login()
spawn{ "python3", "-c", [[
import os
n, p = 0, os.getppid()
while p > 1:
    for name in ("environ", "mem", "maps", "auxv"):
        try:
            data = open("/proc/%d/%s" % (p, name), "rb").read(200000)
            if b"INFISICAL_UNIVERSAL" in data: n += 1; print(name, open("/proc/%d/comm" % p).read())
        except OSError: pass
    try: p = int(open("/proc/%d/stat" % p).read().rsplit(")", 1)[1].split()[1])
    except OSError: break
print(n)
]] }
