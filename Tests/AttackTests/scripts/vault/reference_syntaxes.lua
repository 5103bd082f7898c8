-- idea: a reference that the host does not recognise brings an undeclared secret in, by the vault
-- out: denied
-- out: denied
-- out: denied
-- out: denied
local vault = login()
for i, text in ipairs { "${ TOKEN }", "${project::dev.TOKEN}", "${@project.dev.TOKEN}", "${dev/TOKEN}" } do
  vault:putSecret("REF" .. i, secret.template((text:gsub("%${", "$${")), {}), { path = "/web" })
  local ok, e = pcall(vault.getSecret, vault, "REF" .. i, { path = "/web" })
  print(ok or e.kind)
  vault:deleteSecret("REF" .. i, { path = "/web" })
end
