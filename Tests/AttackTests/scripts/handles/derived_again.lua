-- idea: forms of forms, which no list has, are printed by the program that was given them
-- lacks: ghp_
local s = getSecret("TOKEN")
local makers = { secret.base64, secret.hex, secret.urlEncode }
for _, a in ipairs(makers) do
  for _, b in ipairs(makers) do
    for _, c in ipairs(makers) do
      local r = spawn{ "printenv", "D", env = { D = c(b(a(s))) }, capture = true }
      assert(r.leaks == 1, r.stdout)
      assert(r.stdout:find("^%[secret:[^%]]*%]\n$"), r.stdout)
    end
  end
end
