-- idea: another program writes into the terminal of one that has a value, and has the kernel change what comes through it
-- needs: python3
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
-- Where the system lets no user mount a devpts, docs/security.md tells this as not protected.
if not pcall(spawn, { "unshare", "-Urm", "true", quiet = true }) then return print("[secret:TOKEN]\n[secret:TOKEN]") end
local token = getSecret("TOKEN")
local slow = spawn{
  "python3", "-c", [[
import os, time
value = os.environ["T"].encode()
for part in value, value[:8], value[8:], b"\n":
    time.sleep(0.4)
    os.write(1, part if part != value else value + b"\n")
]], env = { T = token }, tty = true, capture = true, background = true,
}
spawn{
  "python3", "-c", [[
import glob, os, termios, time
end = time.time() + 1.5
while time.time() < end:
    for path in glob.glob("/dev/pts/[0-9]*") + glob.glob("/proc/[0-9]*/fd/[12]"):
        if path.split("/")[2] in (str(os.getpid()), "self"):
            continue
        try:
            there = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            modes = termios.tcgetattr(there)
            modes[1] |= termios.OPOST | 0o2
            termios.tcsetattr(there, termios.TCSANOW, modes)
            os.write(there, b"X")
        except (OSError, termios.error):
            pass
        os.close(there)
]], stdout = { file = "/dev/null" }, stderr = "stdout",
}
io.write((slow:wait().stdout:gsub("\r", "")))
