-- idea: derived secrets answer more than those of the vault
-- out: 0 answered
local s, c = getSecret("TOKEN"), getSecret("CFG")
local answered = 0
for _, d in ipairs { secret.base64(s), secret.hex(s), secret.urlEncode(s), secret.trim(s), secret.json { a = s }, secret.field(c, "token"), secret.hmac("sha256", s, "m"),
  secret.random(16), secret.hex(secret.field(c, "token")) } do
  for _, f in ipairs { function() return #d end, function() return d .. "" end, function() return d < s end, function() return d.value end, function() return json.encode(d) end,
    function() return d == s or error() end, function() for _ in pairs(d) do end end } do
    if pcall(f) then answered = answered + 1 end
  end
  if not tostring(d):find("^%[secret:") or getmetatable(d) ~= false then answered = answered + 1 end
end
print(answered .. " answered")
