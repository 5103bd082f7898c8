-- idea: a draw that looks like JSON has parts of few letters, which stand beside a value
-- guess: TOKEN 1
-- out: 0
local token = getSecret("TOKEN")
for i = 1, 200 do secret.random(170, { alphabet = '{"1' .. arg[1] }) end
local words = { "" }
for i = 1, 7 do
  local more = {}
  for _, word in ipairs(words) do for letter in ("{1" .. arg[1]):gmatch(".") do more[#more + 1] = word .. letter end end
  words = more
end
for i, word in ipairs(words) do words[i] = word .. arg[1] end
local out = spawn{ "cat", stdin = table.concat(words, "\n"), capture = true }.stdout
local known = {}
local place = 0
for line in (out .. "\n"):gmatch("([^\n]*)\n") do
  place = place + 1
  if line:find("secret:", 1, true) then known[#known + 1] = words[place] end
end
local together = 0
for _, word in ipairs(known) do
  local r = spawn{ "cat", stdin = secret.template(word:sub(1, -2) .. "${t}", { t = token }), capture = true }.stdout
  if not r:find("[secret:TOKEN]", 1, true) then together = together + 1 end
end
print(together)
