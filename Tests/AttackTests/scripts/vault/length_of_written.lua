-- idea: a template that holds a value is written and fetched again, and the fetch is refused by the value's length
-- oracle: same
-- out: 40000	true	true
-- out: 45056	true	true
-- out: 45057	false	false
-- out: 49100	false	false
local vault = login()
local token = vault:getSecret("TOKEN")
for _, pad in ipairs { 40000, 45056, 45057, 49100 } do
  local text = secret.template(("x"):rep(pad) .. "${t}", { t = token })
  local name = "LENGTH_" .. pad
  local at = { path = "/web" }
  print(pad, (pcall(vault.putSecret, vault, name, text, at)), (pcall(vault.getSecret, vault, name, at)))
end
