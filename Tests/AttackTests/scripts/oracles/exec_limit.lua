-- idea: whether a program can still be started with a long variable tells the value's length
-- oracle: same
-- contains: 100000
local s = getSecret("TOKEN")
for _, size in ipairs { 100000, 129500, 131000 } do
  local t = secret.template(("z"):rep(size) .. "${a}", { a = s })
  print(size, (pcall(spawn, { "true", env = { A = t } })))
end
