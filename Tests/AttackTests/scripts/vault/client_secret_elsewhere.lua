-- idea: any secret as the client secret of a login, with a credentials file of the script that names the host
-- out: usage	denied
local path = fs.tempDir() .. "/own.env"
fs.write(path, "INFISICAL_DOMAIN=http://127.0.0.1:9\n", { mode = "0600" })
local function kind(options) local _, e = pcall(login, options) return e.kind end
print(kind{ clientId = "x", clientSecret = getSecret("TOKEN"), credentials = path },
  kind{ clientId = "x", clientSecret = getSecret("TOKEN"), domain = "http://127.0.0.1:9" })
