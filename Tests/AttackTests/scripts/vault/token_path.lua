-- idea: a credentials file made by the script says that the user's own credentials file is the platform's token
-- credentials: file
-- out: denied	denied	denied
local function kind(path, more)
  fs.write("made.env", "INFISICAL_DOMAIN=http://127.0.0.1:9\nINFISICAL_AUTH_METHOD=kubernetes\nINFISICAL_MACHINE_IDENTITY_ID=i\n"
    .. "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH=" .. path .. "\n" .. more, { mode = "0600" })
  local _, e = pcall(login, { credentials = "made.env" })
  fs.remove("made.env")
  return e.kind
end
local own = os.getenv("XDG_CONFIG_HOME") .. "/vaultscript/credentials/default.env"
print(kind(own, ""), kind("/etc/hostname", ""), kind("script.lua", "INFISICAL_PROJECT_ID=p\n"))
