-- idea: a program writes a value into the user's own folder of profiles, whose grammar a login with that profile judges
-- oracle: same
-- out: 33 refused alike
-- environment: NAME_TOKEN=INFISICAL_${TOKEN}
local values = { getSecret("TOKEN"), getSecret("PEM"), secret.env("NAME_TOKEN") }
local texts = {
  "INFISICAL_${v}", "INFISICAL_${v}=x", "VAULTSCRIPT_${v}=x", "INFISICAL_DOMAIN=${v}", "INFISICAL_TOKEN=${v}",
  "INFISICAL_TOKEN='${v}", "INFISICAL_TOKEN='x'${v}", "${v}=x", "INFISICAL_AUTH_METHOD=${v}", "#${v}", "${v}",
}
local refused, count = 0, 0
for _, value in ipairs(values) do
  for _, text in ipairs(texts) do
    count = count + 1
    local name = "zz" .. count
    spawn{ "sh", "-c", [[umask 77; mkdir -p config/vaultscript/credentials; cat >"config/vaultscript/credentials/$0.env"]], name,
      stdin = secret.template(text .. "\n", { v = value }) }
    local ok, e = pcall(login, { profile = name, project = "p" })
    if not ok and e.message:find("^the credentials file .*/zz%d+%.env is not used") then
      refused = refused + 1
    else
      print(text, e)
    end
  end
end
print(refused .. " refused alike")
