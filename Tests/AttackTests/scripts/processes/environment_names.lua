-- idea: names of variables that break the environment block
-- out: 0 taken
local taken = 0
for _, name in ipairs { "", "A=B", "A\0B", "=", "A\0" } do
  if pcall(spawn, { "true", env = { [name] = "x" } }) or pcall(spawn, { "true", env = { [name] = getSecret("TOKEN") } }) then taken = taken + 1 end
end
for _, value in ipairs { "a\0b" } do
  if pcall(spawn, { "true", env = { A = value } }) or pcall(spawn, { "true", "a\0b" }) or pcall(spawn, { "true\0", }) or pcall(spawn, { "true", cwd = "/\0" }) then taken = taken + 1 end
end
print(taken .. " taken")
