-- idea: draws of few letters that cross the beginning of a draw that is longer, and too short to be among the vault's values
-- out: 0
recipe{ name = "x", programs = { "cat" } }
local letters = "abcdefghijklmnopqrstuvwxyz0123456789"
local text = secret.template("ZZZ${d}", { d = secret.random(10, { alphabet = letters, name = "password" }) })
local found = 0
for letter in letters:gmatch(".") do
  for i = 1, 32 do secret.random(4, { alphabet = "Z" .. letter }):close() end
  if spawn{ "cat", stdin = text, capture = true }.stdout ~= "ZZZ[secret:password]" then found = found + 1 end
end
print(found)
