-- idea: jq prints a value as JSON, for a URL, for a shell, as HTML, as base64
-- needs: jq
-- out: 6
local script = [[jq -n 'env.T'; for form in json uri sh html base64; do jq -nr "env.T|@$form"; done]]
local r = spawn{ "sh", "-c", script, env = { T = getSecret("SPECIAL") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
