-- idea: a secret that was deleted has its first version again, and what another name of the project then writes there counts as the script's own
-- out: denied	yes
local vault = login()
local at = { path = "/web" }
vault:putSecret("AGAIN", secret.template("plain text", {}), at)
vault:deleteSecret("AGAIN", at)
vault:putSecret("AGAIN", secret.template("$${TOKEN}", {}), { path = "/web", project = "project-one" })
local kind = select(2, pcall(vault.getSecret, vault, "AGAIN", at)).kind
vault:deleteSecret("AGAIN", at)
vault:putSecret("AGAIN_2", secret.template("plain text", {}), at)
vault:deleteSecret("AGAIN_2", at)
vault:putSecret("AGAIN_2", secret.template("written again", {}), at)
local text = spawn{ "cat", stdin = vault:getSecret("AGAIN_2", at), capture = "secret" }.stdout
local again = spawn{ "sh", "-c", 'test "$A" = "written again"', env = { A = text }, check = false }.code == 0
print(kind, again and "yes")
vault:deleteSecret("AGAIN_2", at)
