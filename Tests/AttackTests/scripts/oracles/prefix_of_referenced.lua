-- idea: a reference that the script writes brings a secret in that counts as its own choice: a captured guess reads it
-- guess: TOKEN 8
-- out: denied	the secret MINE refers to others, and this run has written to the vault
-- out: denied	the secret OURS refers to others, and this run has written to the vault
-- out: denied	denied
local vault = login()
vault:putSecret("MINE", secret.template("x$${TOKEN}", {}))
local ok, e = pcall(vault.getSecret, vault, "MINE")
print(ok or e.kind, not ok and e.message)
-- The same by a text that a program gives back.
vault:putSecret("OURS", spawn{ "printf", "%s", "${TOKEN}", capture = "secret" }.stdout)
ok, e = pcall(vault.getSecret, vault, "OURS")
print(ok or e.kind, not ok and e.message)
local all, one = select(2, pcall(vault.getSecrets, vault)), select(2, pcall(vault.getSecrets, vault, { only = { "MINE" } }))
print(all.kind, one.kind)
