-- idea: the error of a field tells what a value that is no JSON looks like
-- oracle: same
-- contains: the secret
for _, name in ipairs { "TOKEN", "SPECIAL", "PEM", "EIGHT", "FIVE", "LOW", "PIN" } do
  local ok, e = pcall(getSecret, name, { field = "user" })
  print(ok, (tostring(e):gsub(name, "NAME")))
end
