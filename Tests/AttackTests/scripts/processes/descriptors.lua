-- idea: descriptors of the host reach a program
-- out: 0 1 2
-- needs: python3
getSecret("TOKEN")
spawn{ "python3", "-c", [[
import os
print(*sorted(int(f) for f in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + f)))
]] }
