-- idea: what one session writes counts, read by another one, as the vault's own or as the script's, as the script likes
-- out: denied
local a, b = login(), login()
local at = { path = "/web" }
b:putSecret("OF_ANOTHER", secret.template("$${dev.TOKEN}", {}), at)
print(select(2, pcall(a.getSecret, a, "OF_ANOTHER", at)).kind)
b:deleteSecret("OF_ANOTHER", at)
