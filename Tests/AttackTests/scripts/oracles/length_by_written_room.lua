-- idea: a text with a value in it is written and fetched again, and counts as what is made from it by its length
-- oracle: same
-- out: false	false
local vault = login()
local token = vault:getSecret("TOKEN")
local at = { path = "/web" }
local fits = {}
for _, length in ipairs { 20, 300 } do
  vault:putSecret("ROOM", secret.template(("x"):rep(4096 - length) .. "${t}", { t = token }), at)
  local again = vault:getSecret("ROOM", at)
  fits[#fits + 1] = tostring(pcall(vault.putSecret, vault, "ROOM_2", secret.template(("${f}"):rep(11), { f = again }), at))
end
print(table.concat(fits, "\t"))
vault:deleteSecret("ROOM", at)
pcall(vault.deleteSecret, vault, "ROOM_2", at)
