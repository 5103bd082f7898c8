-- idea: which characters a value has, by whether the vault could read it as the name in a reference
-- oracle: same
-- out: denied	denied	denied	denied
local vault = login()
local kinds = {}
for place, name in ipairs { "TOKEN", "SPECIAL", "CFG", "EIGHT" } do
  local text = secret.template("$${${t}}", { t = vault:getSecret(name) })
  vault:putSecret("REFERENCE_" .. place, text, { path = "/web", project = "project-one" })
  kinds[place] = select(2, pcall(vault.getSecret, vault, "REFERENCE_" .. place, { path = "/web" })).kind
  vault:deleteSecret("REFERENCE_" .. place, { path = "/web", project = "project-one" })
end
print(table.concat(kinds, "\t"))
