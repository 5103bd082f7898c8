-- idea: the limits of a template are reached by long values earlier
-- oracle: same
-- contains: false
for _, size in ipairs { 200000, 262140, 262143, 262144, 262145, 300000 } do
  local ok, e = pcall(secret.template, ("z"):rep(size) .. "${a}", { a = getSecret("TOKEN") })
  print(size, ok, ok and "" or e.message)
end
