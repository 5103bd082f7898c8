-- idea: besides the descriptors that were asked for there are others, or they can be written
-- out: 0 1 2 7
-- out: denied
-- needs: python3
spawn{ "python3", "-c", [[
import os
print(*sorted(int(f) for f in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + f)))
try:
    os.write(7, b"x"); print("written")
except OSError: print("denied")
]], fds = { [7] = getSecret("TOKEN") } }
