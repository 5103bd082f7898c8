-- idea: HMAC fills its key up with NUL, so a key with some NUL behind it gives the same hash until the block is full
-- oracle: same
-- out: [secret:hmac]
-- out: [secret:hmac]
-- out: [secret:hmac]
-- out: [secret:hmac]
local token = getSecret("TOKEN")
local function show(key) print(spawn{ "printenv", "H", env = { H = secret.hmac("sha256", key, "m") }, capture = true }.stdout:sub(1, -2)) end
show(token)
for _, count in ipairs { 4, 24, 60 } do
  local nul = spawn{ "head", "-c", tostring(count), "/dev/zero", capture = "secret" }.stdout
  show(secret.template("${t}${z}", { t = token, z = nul }))
end
