-- idea: programs that cannot start: what their errors show
-- out: 0 started
local s = getSecret("TOKEN")
local started = 0
for _, name in ipairs { "no such program", "/", "/etc/passwd", "./x\n", ("x"):rep(5000), ".", "${file:K}", "~/x", "\xff\xfe" } do
  local ok, e = pcall(spawn, { name, files = { K = s }, env = { T = s }, stdin = s, capture = true })
  if ok then started = started + 1 print(name) end
  io.stderr:write(tostring(e), "\n")
end
print(started .. " started")
