-- idea: the secret memory is filled, and how much fits tells a value's length
-- oracle: same
-- contains: after
local s = getSecret("TOKEN")
local kept, n = {}, 0
for i = 1, 3000 do
  local ok, t = pcall(secret.template, ("%d${a}"):format(i), { a = s })
  if not ok then break end
  kept[i], n = t, i
end
print("after " .. n)
