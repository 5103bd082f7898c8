-- idea: a credentials file made by the script names the host, the environment gives the credentials
-- out: false	true
spawn{ "sh", "-c", "umask 077; echo INFISICAL_DOMAIN=http://127.0.0.1:9 >evil.env" }
local ok, e = pcall(login, { credentials = "evil.env" })
io.stderr:write(tostring(e), "\n")
print(ok, e.kind ~= "network")
