-- idea: a draw of the characters of a reference makes one that nobody sees in the script's text
-- out: 60 denied
recipe{ name = "r", secrets = { "DRAWN" }, programs = {} }
local vault = login()
local denied = 0
for _ = 1, 60 do
  local draw = secret.random(128, { alphabet = "${" })
  local ok, e = pcall(vault.putSecret, vault, "DRAWN", secret.template("x${d}{TOKEN}y${d}TOKEN}", { d = draw }))
  if not ok and e.kind == "denied" then denied = denied + 1 end
end
print(denied .. " denied")
