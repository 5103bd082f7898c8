-- idea: a process stands for a secret, a secret for a process; methods of both are crossed
-- out: 0 worked
local s = getSecret("TOKEN")
local p = spawn{ "sleep", "20", background = true }
local worked = 0
for _, f in ipairs {
  function() p.wait(s) end, function() p.kill(s) end, function() p.pid(login()) end, function() s.source(p) end, function() s.close(p) end, function() spawn{ "true", env = { A = p } } end,
  function() secret.template("${a}", { a = p }) end, function() secret.base64(p) end, function() p.x = 1 end, function() return p .. "" end, function() return #p end, function() p:kill(s) end,
  function() p:kill(0) end, function() p:kill(-1) end, function() p:kill(1000) end, function() p:kill("NOSUCH") end, function() return p.environment end,
} do
  if pcall(f) then worked = worked + 1 print(worked) end
end
p:kill("KILL")
print(worked .. " worked")
