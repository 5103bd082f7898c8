-- idea: draws of few letters that come after a text with a value in it cut its hexadecimal and its base64 at their own places
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
local token = getSecret("TOKEN")
local function show(made)
  print(spawn{ "cat", stdin = made, capture = true }.stdout)
end
-- Digits and letters that stand in nearly every text of that kind, one upon the other.
local hex = secret.hex(secret.base64(secret.template("x${t}", { t = token })))
for i = 1, 200 do secret.random(4, { alphabet = "456" }) end
show(hex)
-- The first character that holds bits of the value beside those that are the script's own.
local base64 = secret.base64(secret.template(("\0"):rep(7) .. "${t}" .. ("\0"):rep(8), { t = token }))
for letter in ("BCDEFGHIJKLMNOP"):gmatch(".") do
  for i = 1, 20 do secret.random(4, { alphabet = "A" .. letter }) end
end
show(base64)
for i = 1, 150 do secret.random(5, { alphabet = "AM" }) end
show(base64)
