-- idea: JSON, encodeURIComponent, encodeURI and URLSearchParams of node
-- needs: node
-- out: 5
local code = [[
const t = process.env.T
for (const x of [JSON.stringify(t), encodeURIComponent(t), encodeURI(t), new URLSearchParams({ a: t }).toString(), Buffer.from(t).toString("base64url")]) console.log(x)]]
local r = spawn{ "node", "-e", code, env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
