-- idea: a value in a credentials file of the script's is judged by the file's grammar, to learn which characters it has
-- oracle: same
-- out: 52 refused alike
-- environment: SLASH_TOKEN=/${TOKEN}
-- environment: NAME_TOKEN=INFISICAL_${TOKEN}
local values = { getSecret("TOKEN"), getSecret("PEM"), secret.env("SLASH_TOKEN"), secret.env("NAME_TOKEN") }
local texts = {
  "INFISICAL_DOMAIN=${v}", "INFISICAL_DOMAIN=https://${v}", "INFISICAL_DOMAIN=http://127.0.0.1:9${v}",
  "INFISICAL_DOMAIN=http://127.0.0.1:${v}", "INFISICAL_TOKEN=${v}", "INFISICAL_TOKEN='${v}", "INFISICAL_TOKEN=\"${v}\"",
  "${v}=x", "INFISICAL_AUTH_METHOD=${v}", "#${v}", "${v}", "INFISICAL_TOKEN=x${v}\nno line of its own", "INFISICAL_TOKEN='x'${v}",
}
local refused, count = 0, 0
for _, value in ipairs(values) do
  for _, text in ipairs(texts) do
    count = count + 1
    local file = "own" .. count .. ".env"
    spawn{ "cat", stdin = secret.template(text .. "\n", { v = value }), stdout = { file = file, mode = "0600" } }
    local ok, e = pcall(login, { credentials = file, project = "p" })
    spawn{ "rm", file }
    if not ok and e.message:find("^login: the credentials in own%d+.env hold a secret of this run") then
      refused = refused + 1
    else
      print(text, e)
    end
  end
end
print(refused .. " refused alike")
