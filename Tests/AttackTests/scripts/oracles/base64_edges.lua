-- idea: the characters at the edges of a value in the base64 of a template hold bits of it, and their number its length
-- oracle: same
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
for _, text in ipairs { "x${s}", "xx${s}y", "${s}y", "user:${s}@host" } do
  local made = secret.base64(secret.template(text, { s = s }))
  print((spawn{ "printenv", "A", env = { A = made }, capture = true }.stdout:gsub("\n", "")))
end
