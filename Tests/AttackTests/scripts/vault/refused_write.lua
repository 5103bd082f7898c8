-- idea: after a write that was refused, the value that is there counts as the script's own, and captured guesses read it
-- guess: TOKEN 8
-- oracle: same
-- out: lead[secret:TOKEN]
-- out: lead[secret:TOKEN]
local vault = login()
pcall(vault.putSecret, vault, "TOKEN", secret.template("x", {}), { ifVersion = 99 })
local token = vault:getSecret("TOKEN")
for _, guess in ipairs { arg[1], arg[2] } do
  local made = spawn{ "printf", "%s", "lead" .. guess, capture = "secret" }.stdout
  print((spawn{ "sh", "-c", 'printf "lead$T"', env = { T = token }, capture = true }.stdout))
  made:close()
end
