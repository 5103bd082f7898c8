-- idea: a program in the background is killed when half a value is there, and the rest is asked for
-- out: true
local p = spawn{ "bash", "-c", [[echo "$T"; echo "$T" >&2; exec sleep 20]], env = { T = getSecret("TOKEN") }, background = true, capture = true, check = false }
sleep(0.3)
p:kill("KILL")
local r = p:wait()
print(r.stdout == "[secret:TOKEN]\n" and r.stderr == "[secret:TOKEN]\n")
