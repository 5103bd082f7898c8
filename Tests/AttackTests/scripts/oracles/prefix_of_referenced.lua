-- idea: a reference that the script writes brings a secret in that counts as its own choice: a captured guess reads it
-- guess: TOKEN 8
-- out: denied	the secret MINE refers to others, and this run has written to the vault
-- out: denied	the secret OURS refers to others, and this run has written to the vault
-- out: denied	denied
local vault = login()
vault:putSecret("MINE", secret.template("x$${dev.TOKEN}", {}), { path = "/web" })
local ok, e = pcall(vault.getSecret, vault, "MINE", { path = "/web" })
print(ok or e.kind, not ok and e.message)
-- The same by a text that a program gives back.
vault:putSecret("OURS", spawn{ "printf", "%s", "${dev.TOKEN}", capture = "secret" }.stdout, { path = "/web" })
ok, e = pcall(vault.getSecret, vault, "OURS", { path = "/web" })
print(ok or e.kind, not ok and e.message)
local all = select(2, pcall(vault.getSecrets, vault, { path = "/web", only = { "MINE", "OURS" } }))
local one = select(2, pcall(vault.getSecrets, vault, { path = "/web", only = { "MINE" } }))
print(all.kind, one.kind)
for _, name in ipairs { "MINE", "OURS" } do vault:deleteSecret(name, { path = "/web" }) end
