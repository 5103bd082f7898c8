-- idea: a program reads the environment of every process it can see
-- out: 0
-- needs: python3
login()
local code = [[
import os
n = 0
for p in os.listdir("/proc"):
    if not p.isdigit() or int(p) == os.getpid(): continue
    try:
        data = open("/proc/%s/environ" % p, "rb").read()
        if b"INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET" in data or b"MY_DB_PASSWORD" in data: n += 1
    except OSError: pass
print(n)
]]
spawn{ "python3", "-c", code }
