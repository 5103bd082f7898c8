-- idea: the edges of a value in base64, encoded twice more so that no form of the whole has them; and the names of masks, which tell whether an encoding changes a value
-- oracle: same
-- out: [secret:hmac]
-- out: [secret:hmac]
-- out: [secret:hmac]
-- out: [secret:hmac]
-- out: [secret:hmac]
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
-- out: %22[secret:TOKEN]%22
-- out: [secret:TOKEN]
-- out: [secret:SPECIAL]
-- out: %22[secret:SPECIAL]%22
local s, special = getSecret("TOKEN"), getSecret("SPECIAL")
local hash = secret.hmac("sha256", s, "m1")
local base64, hex, url = secret.base64, secret.hex, secret.urlEncode
local around = base64(secret.template("x${h}y", { h = hash }))
for _, made in ipairs {
  hex(hex(around)), url(url(around)), hex(url(around)), base64(hex(around)), base64(base64(url(around))), url(url(s)),
  url(base64(base64(s))), url(secret.json(s)), base64(hex(s)), url(url(special)), url(secret.json(special)),
} do
  print((spawn{ "cat", stdin = made, capture = true }.stdout:gsub("\n", "")))
end
