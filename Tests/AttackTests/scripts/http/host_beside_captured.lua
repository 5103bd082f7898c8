-- idea: a captured text with a value right behind the host is taken as the URL, to learn what the value begins with
-- environment: SLASH_TOKEN=/${TOKEN}
-- environment: QUERY_TOKEN=?${TOKEN}
-- environment: HOST_TOKEN=7/${TOKEN}
-- oracle: same
-- out: 12 refused alike
recipe{
  name = "attack", secrets = { "env:SLASH_TOKEN", "env:QUERY_TOKEN", "env:HOST_TOKEN", "env:GITHUB_TOKEN" },
  programs = { "cat" }, hosts = { "127.0.0.1:9", "127.0.0.1:97" },
}
local answers, refused = {}, 0
for _, name in ipairs{ "SLASH_TOKEN", "QUERY_TOKEN", "HOST_TOKEN", "GITHUB_TOKEN" } do
  for _, text in ipairs{ "http://127.0.0.1:9${v}", "${v}", "http://127.0.0.1:9${v}/x" } do
    local made = secret.template(text, { v = secret.env(name) })
    local url = spawn{ "cat", stdin = made, capture = "secret" }.stdout
    local ok, e = pcall(http.request, { url = url, timeout = 5 })
    local answer = ok and "sent" or e.kind .. " " .. e.reason
    refused = refused + (answer:find("^denied neither a recipe nor your configuration names") and 1 or 0)
  end
end
print(refused .. " refused alike")
