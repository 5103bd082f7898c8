-- idea: the limit on output is reached by a wrong guess and not by a right one
-- oracle: same
-- guess: TOKEN 8
-- out: false false true true
getSecret("TOKEN")
local results = {}
for _, size in ipairs { 7, 8 } do
  for _, guess in ipairs(arg) do results[#results + 1] = tostring((pcall(spawn, { "printf", "%s", guess, capture = true, maxOutput = size }))) end
end
print(table.concat(results, " "))
