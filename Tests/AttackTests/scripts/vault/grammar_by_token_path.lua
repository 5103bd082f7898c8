-- idea: whether a profile with a value in it can be read shows by whether the token's file that it names is out of reach
-- oracle: same
-- out: 12 within reach
local values = { getSecret("TOKEN"), getSecret("PEM"), getSecret("LOW") }
local texts = { "INFISICAL_TOKEN=${v}", "INFISICAL_TOKEN='${v}'", "#${v}", "${v}" }
fs.write("probe", "mine", { mode = "0600" })
local open = 0
for _, value in ipairs(values) do
  for _, text in ipairs(texts) do
    local lines = "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH=" .. os.getenv("HOME") .. "/probe\n" .. text .. "\n"
    spawn{ "sh", "-c", [[umask 77; mkdir -p config/vaultscript/credentials; cat >config/vaultscript/credentials/zz.env]],
      stdin = secret.template(lines, { v = value }) }
    local ok, e = pcall(secret.file, "probe")
    if ok then open = open + 1 else print(text, e) end
  end
end
print(open .. " within reach")
