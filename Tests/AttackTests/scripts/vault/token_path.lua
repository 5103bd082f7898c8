-- idea: a credentials file made by the script says that the user's own credentials file is the platform's token
-- credentials: file
-- out: denied	denied	denied
local made = 0
local function kind(path, more)
  made = made + 1
  local file = "made" .. made .. ".env"
  fs.write(file, "INFISICAL_DOMAIN=http://127.0.0.1:9\nINFISICAL_AUTH_METHOD=kubernetes\nINFISICAL_MACHINE_IDENTITY_ID=i\n"
    .. "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH=" .. path .. "\n" .. more, { mode = "0600" })
  local _, e = pcall(login, { credentials = file })
  return e.kind
end
local own = os.getenv("XDG_CONFIG_HOME") .. "/vaultscript/credentials/default.env"
print(kind(own, ""), kind("/etc/hostname", ""), kind("script.lua", "INFISICAL_PROJECT_ID=p\n"))
