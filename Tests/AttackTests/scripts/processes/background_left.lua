-- idea: a program in the background is dropped, closed, collected, waited for twice
-- out: done
for i = 1, 5 do spawn{ "sleep", "30", background = true, env = { T = getSecret("EIGHT") } } end
collectgarbage()
do local p <close> = spawn{ "sleep", "30", background = true } end
local q = spawn{ "true", background = true }
q:wait() q:wait()
print("done")
