-- idea: longer arguments and variables than a program can be started with
-- out: 0 started
local started = 0
local env = {}
for i = 1, 3000 do env["N" .. i] = ("x"):rep(1000) end
for _, spec in ipairs { { "true", ("x"):rep(200000) }, { "true", env = env }, { "true", env = { A = ("x"):rep(200000) } }, { ("x"):rep(200000) }, { "true", label = ("x"):rep(1 << 20) } } do
  local ok, e = pcall(spawn, spec)
  if ok then started = started + 1 end
  if not ok and #tostring(e) > 5000 then print("a long error", #tostring(e)) end
end
print(started .. " started")
