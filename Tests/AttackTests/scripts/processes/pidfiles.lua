-- idea: p:kill and p:pid reach another process than the own
-- out: 0 reached
local p = spawn{ "true", background = true }
p:wait()
local reached = 0
if p:kill("TERM") then reached = reached + 1 end
if p:running() then reached = reached + 1 end
print(reached .. " reached")
