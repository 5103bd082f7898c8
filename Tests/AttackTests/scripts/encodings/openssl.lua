-- idea: openssl's base64, wrapped and in one line
-- needs: openssl
-- out: 3
local r = spawn{ "sh", "-c", 'printf %s "$T" | openssl base64; printf %s "$T" | openssl enc -base64 -A; echo; printf %s "$P" | openssl base64', env = { T = getSecret("TOKEN"), P = getSecret("PEM") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
