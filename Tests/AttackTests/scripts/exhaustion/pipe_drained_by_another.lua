-- idea: a process that a program has left behind takes what the host has counted in the pipe, and the host waits for it without end
-- needs: python3
-- limit: 20
-- out: done
local code = [==[
import os, sys, time
if os.fork() == 0:
    end = os.open("/proc/self/fd/1", os.O_RDONLY | os.O_NONBLOCK)
    time.sleep(0.6)
    try:
        while os.read(end, 65536): pass
    except BlockingIOError: pass
    time.sleep(30)
line = b"x" * 1023 + b"\n"
for _ in range(1024 + 100): os.write(1, line)
]==]
local p = spawn{ "python3", "-c", code, background = true, capture = "stdout" }
p:lines()()
sleep(1)
print("done")
