-- idea: a guess comes back from the vault inside of a secret that refers to it, and so counts as loaded
-- guess: TOKEN 8
-- oracle: same
local vault = login()
local token = vault:getSecret("TOKEN")
for _, guess in ipairs { arg[1], arg[2] } do
  vault:putSecret("WRITTEN", secret.template("QQQQ" .. guess, {}), { path = "/web" })
  local back = vault:getSecret("REFERS", { path = "/web" })
  print(spawn{ "sh", "-c", 'echo "QQQQ${T}WWWW"', env = { T = token }, capture = true }.stdout)
  print(select(2, pcall(secret.field, back, "a")))
end
