-- idea: whether a value is base64 is told by more than one uniform error
-- oracle: same
-- contains: false
for _, name in ipairs { "SPECIAL", "PEM", "CFG" } do
  local ok, e = pcall(secret.base64Decode, getSecret(name))
  print(ok, (tostring(e):gsub(name, "NAME")))
end
