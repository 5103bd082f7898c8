-- idea: working folders that are not there: what their errors show
-- out: 0 started
local s = getSecret("TOKEN")
local started = 0
for _, folder in ipairs { "/nonexistent", "/root", "/etc/passwd", "", "${file:K}", ("x/"):rep(3000) } do
  local ok, e = pcall(spawn, { "true", cwd = folder, files = { K = s }, env = { T = s } })
  if ok then started = started + 1 print(folder) end
  io.stderr:write(tostring(e), "\n")
end
print(started .. " started")
