-- idea: a program in the background floods what nobody reads
-- out: done
local p = spawn{ "yes", background = true, capture = "stdout", check = false }
local q = spawn{ "sh", "-c", "yes >&2", background = true, capture = "stderr", maxOutput = 100000, check = false }
sleep(0.3)
p:kill("KILL") q:kill("KILL")
pcall(p.wait, p) pcall(q.wait, q)
print("done")
