-- idea: fields of values that are no JSON, or have none, in errors that tell them apart
-- oracle: same
-- contains: false
for _, name in ipairs { "TOKEN", "SPECIAL", "PEM", "EIGHT", "PIN" } do
  for _, field in ipairs { "a", "a.b", "", "." } do
    local ok, e = pcall(secret.field, getSecret(name), field)
    print(ok, (tostring(e):gsub(name, "NAME")))
  end
end
