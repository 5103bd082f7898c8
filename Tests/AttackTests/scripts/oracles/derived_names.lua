-- idea: names, sources and labels of derived secrets differ with the value
-- oracle: same
-- contains: [secret:
local s, c = getSecret("TOKEN"), getSecret("CFG")
for _, d in ipairs { secret.base64(s), secret.hex(s), secret.urlEncode(s), secret.trim(s), secret.json { a = s, b = { s } }, secret.field(c, "token"), secret.hmac("sha256", s, "m") } do
  local lines = {}
  for k, v in pairs(d:source()) do if k ~= "project" then lines[#lines + 1] = k .. "=" .. tostring(v) end end
  table.sort(lines)
  print(d, d:name(), table.concat(lines, " "))
end
