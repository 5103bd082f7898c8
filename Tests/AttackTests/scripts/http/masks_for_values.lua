-- idea: a text with a mask in it is sent to see what the host makes of it
-- out: usage usage usage usage
local t = getSecret("TOKEN")
local kinds = {}
for i, spec in ipairs{ { headers = { A = "Bearer " .. tostring(t) } }, { body = tostring(t) }, { json = { tostring(t) } }, { url = "https://a/" .. tostring(t) } } do
  spec.url = spec.url or "https://127.0.0.1:9/"
  kinds[i] = select(2, pcall(http.request, spec)).kind
end
print(table.concat(kinds, " "))
