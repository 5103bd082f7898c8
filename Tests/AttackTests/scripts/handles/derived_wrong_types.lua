-- idea: derivations of texts, closed secrets, sessions, tables and odd options
-- out: 0 made
local made = 0
local closed = getSecret("EIGHT")
closed:close()
for _, x in ipairs { "text", 1, {}, true, print, closed, login(), io.stdout } do
  for _, name in ipairs { "base64", "hex", "urlEncode", "trim", "base64Decode" } do
    if pcall(secret[name], x) then made = made + 1 print(name, x) end
  end
  if pcall(secret.field, x, "a") or pcall(secret.hmac, "sha256", x, "m") then made = made + 1 print("field or hmac", x) end
end
local s = getSecret("EIGHT")
for _, f in ipairs {
  function() secret.hmac("md5", s, "m") end, function() secret.hmac("", s, "m") end, function() secret.hmac("sha256", s, 1) end, function() secret.hmac("sha256", "key", "m") end,
  function() secret.hmac("sha256", s, closed) end, function() secret.random(0) end, function() secret.random(1 << 40) end, function() secret.random(-1) end, function() secret.random(1.5) end,
  function() secret.random(0 / 0) end, function() secret.field(s, s) end, function() secret.base64(s, { nothing = true }) end, function() secret.json({ [s] = 1 }) end, function() secret.json(1) end,
} do
  if pcall(f) then made = made + 1 end
end
print(made .. " made")
