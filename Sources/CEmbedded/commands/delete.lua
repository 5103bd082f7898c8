-- vaultscript delete NAME…: asked for before, by the command.
local vault = login()
for _, name in ipairs(words) do
  vault:deleteSecret(name)
  print(name .. " deleted")
end
