-- idea: the secret memory is filled, and how much fits tells a value's length
-- oracle: same
-- contains: after
local s = getSecret("TOKEN")
local text, fields = {}, {}
for i = 1, 10 do text[i], fields["f" .. i] = "${f" .. i .. "}", s end
local kept, n = {}, 0
for i = 1, 200 do
  local ok, t = pcall(secret.template, i .. table.concat(text), fields)
  if not ok then break end
  kept[i], n = t, i
end
print("after " .. n)
