-- idea: XML and HTML entities in attributes and text
-- needs: python3
-- out: 3
local code = [[
import os, xml.sax.saxutils as x, html
t = os.environ["T"]
print(x.escape(t)); print(x.quoteattr(t)); print(html.escape(t, quote=False))
]]
local r = spawn{ "python3", "-c", code, env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
