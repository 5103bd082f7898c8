-- idea: a program writes a value into a credentials file that the script names, beside a host of the script's own
-- contains: denied	login: the credentials in own1.env hold a secret of this run
-- contains: denied	login: the credentials in own2.env hold a secret of this run
-- contains: denied	login: the credentials in own3.env hold a secret of this run
-- wrote: own1.env
-- wrote: own2.env
-- wrote: own3.env
local s = getSecret("TOKEN")
for i, text in ipairs {
  "INFISICAL_PROJECT_ID=p\nINFISICAL_TOKEN=${s}\n",
  "INFISICAL_PROJECT_ID=p\nINFISICAL_UNIVERSAL_AUTH_CLIENT_ID=i\nINFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=x${s}\n",
  "INFISICAL_PROJECT_ID=${s}\nINFISICAL_TOKEN=a-token-of-its-own\n",
} do
  local file = "own" .. i .. ".env"
  local made = secret.template("INFISICAL_DOMAIN=http://127.0.0.1:9\n" .. text, { s = s })
  spawn{ "cat", stdin = made, stdout = { file = file, mode = "0600" } }
  local ok, e = pcall(login, { credentials = file })
  print(e.kind, e.message)
end
