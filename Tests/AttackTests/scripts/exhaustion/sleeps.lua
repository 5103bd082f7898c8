-- idea: sleeps that are endless, negative, no number, or very many
-- out: 0 taken
local taken = 0
for _, duration in ipairs { -1, 0 / 0, "x", "", "1x", "-1s", {}, "9999999999999999999s", print } do
  if pcall(sleep, duration) then taken = taken + 1 print(duration) end
end
for _ = 1, 500 do sleep(0) end
print(taken .. " taken")
