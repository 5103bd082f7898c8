-- idea: the name of a file leads out of the run's folder
-- out: 0 taken
local taken = 0
for _, name in ipairs { "../x", "a/b", "/etc/x", "", ".", "..", "a\0b", "x\n", ("x"):rep(300), "a b", "${file:K}" } do
  if pcall(spawn, { "true", files = { [name] = getSecret("TOKEN") } }) then taken = taken + 1 print(name) end
end
print(taken .. " taken")
