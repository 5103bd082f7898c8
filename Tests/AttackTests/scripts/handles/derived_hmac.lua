-- idea: the MAC of a value, printed by a program, in every way of writing it
-- out: true
local s = getSecret("TOKEN")
for _, algorithm in ipairs { "sha256", "sha512", "sha1" } do
  local mac = secret.hmac(algorithm, s, "message")
  local r = spawn{ "sh", "-c", 'echo "$M"; printf %s "$M" | base64 -w0', env = { M = mac }, capture = true }
  assert(r.leaks == 2, r.stdout)
end
print(true)
