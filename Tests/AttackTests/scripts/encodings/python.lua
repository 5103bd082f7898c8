-- idea: Python's json, urllib, html, base64 and binascii
-- needs: python3
-- out: 11
local code = [[
import os, json, urllib.parse, html, base64, binascii
t = os.environ["T"]
for x in (json.dumps(t), json.dumps(t, ensure_ascii=False), json.dumps({"a": [t]}), urllib.parse.quote(t), urllib.parse.quote(t, safe=""), urllib.parse.quote_plus(t),
          urllib.parse.urlencode({"a": t}), html.escape(t), base64.b64encode(t.encode()).decode(), binascii.hexlify(t.encode()).decode(), binascii.hexlify(t.encode(), ":").decode()): print(x)
]]
local r = spawn{ "python3", "-c", code, env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
