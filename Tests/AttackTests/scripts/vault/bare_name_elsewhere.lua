-- idea: a login's folder, environment or project makes one declared name the secrets of that name anywhere
-- out: denied	the secret TOKEN of env dev, path /web is not declared by this recipe
-- out: denied	the secret TOKEN of env prod, path / is not declared by this recipe
-- out: denied	the secret TOKEN of env dev, path / is not declared by this recipe
-- out: [secret:TOKEN]	[secret:ONLY]
recipe{ name = "attack", secrets = { "TOKEN", "ONLY", { name = "ONLY", path = "/web" } } }
local function try(name, options)
  local vault = login(options)
  local ok, e = pcall(vault.getSecret, vault, name)
  print(ok and "fetched" or e.kind, ok and e or e.message)
end
try("TOKEN", { path = "/web" })
try("TOKEN", { env = "prod" })
try("TOKEN", { project = "another-project" })
print(login():getSecret("TOKEN"), login{ path = "/web" }:getSecret("ONLY"))
