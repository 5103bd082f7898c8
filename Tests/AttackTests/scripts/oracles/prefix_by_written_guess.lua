-- idea: a secret that is fetched after a guess was written to the vault counts as put together where it begins so
-- guess: TOKEN 8
-- oracle: same
-- lacks: put together
local vault = login()
for _, guess in ipairs { arg[1], arg[2] } do
  vault:putSecret("GUESSED", secret.template(guess, {}), { path = "/web" })
  local token = vault:getSecret("TOKEN")
  print(select(2, pcall(secret.field, token, "a")))
  print(select(2, pcall(vault.getSecret, vault, "TOKEN", { field = "a" })))
  print(select(2, pcall(secret.field, vault:getSecrets{ only = { "TOKEN" } }.TOKEN, "a")))
end
vault:deleteSecret("GUESSED", { path = "/web" })
