-- idea: base64url, padded or not
-- out: 2
-- needs: basenc
local r = spawn{ "sh", "-c", 'printf %s "$T" | basenc --base64url -w0; echo; printf %s "$T" | basenc --base64url -w0 | tr -d =', env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
