-- idea: the fields of a JSON document, printed by a program that had the whole
-- needs: jq
-- contains: [secret:CFG.
for _, field in ipairs { "token", "nested.deep" } do getSecret("CFG", { field = field }) end
spawn{ "sh", "-c", [[printf %s "$C" | jq -r '.token, .nested.deep'; printf %s "$C" | jq .; printf '%s\n' "$C"]], env = { C = getSecret("CFG") } }
