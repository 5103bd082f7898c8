-- idea: times for a program that overflow
-- out: 0 taken
local taken = 0
for _, timeout in ipairs { -1, 0, 0 / 0, "x", "", {}, "-5s", print } do
  if pcall(spawn, { "true", timeout = timeout }) then taken = taken + 1 print(timeout) end
end
print(taken .. " taken")
