-- idea: a guess comes back from the vault inside of a secret that refers to it, and so counts as loaded
-- guess: TOKEN 8
-- oracle: same
-- out: denied	the secret REFERS refers to others, and this run has written to the vault
-- out: QQQQ[secret:TOKEN]WWWW
-- out: denied	the secret REFERS refers to others, and this run has written to the vault
-- out: QQQQ[secret:TOKEN]WWWW
local vault = login()
local token = vault:getSecret("TOKEN")
for _, guess in ipairs { arg[1], arg[2] } do
  vault:putSecret("WRITTEN", secret.template("QQQQ" .. guess, {}), { path = "/web" })
  local ok, e = pcall(vault.getSecret, vault, "REFERS", { path = "/web" })
  print(ok or e.kind, not ok and e.message)
  print(spawn{ "sh", "-c", 'echo "QQQQ${T}WWWW"', env = { T = token }, capture = true }.stdout:gsub("\n", "") .. "")
end
