-- idea: how long a value is that a reference brings in, by the error for what is fetched and too large
-- oracle: same
-- out: denied	denied	denied	denied
local vault = login()
local at = { path = "/web" }
vault:putSecret("FILL", secret.template(("x"):rep(1000), {}), at)
local kinds = {}
for _, length in ipairs { 20, 50, 300, 600 } do
  local text = ("$${FILL}"):rep(48) .. ("y"):rep(1152 - length) .. "$${dev.TOKEN}"
  vault:putSecret("FILLED", secret.template(text, {}), at)
  kinds[#kinds + 1] = select(2, pcall(vault.getSecret, vault, "FILLED", at)).kind
end
print(table.concat(kinds, "\t"))
vault:deleteSecret("FILLED", at)
vault:deleteSecret("FILL", at)
