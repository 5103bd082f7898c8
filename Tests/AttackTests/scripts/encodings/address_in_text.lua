-- idea: addresses with a value as password, in the path, in the query, encoded
-- needs: python3
-- out: 4
local code = [[
import os, urllib.parse as u
t = os.environ["T"]
print("postgres://u:%s@h/db" % u.quote(t, safe="")); print("https://h/%s/x" % u.quote(t)); print("https://h/?q=" + u.quote_plus(t)); print(u.urlunsplit(("https", "u:" + u.quote(t, safe="") + "@h", "/", "", "")))
]]
local r = spawn{ "python3", "-c", code, env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
