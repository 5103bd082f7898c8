-- idea: a JSON text with values in it is printed whole and in parts
-- needs: jq
-- contains: [secret:
local s, e = getSecret("SPECIAL"), getSecret("EIGHT")
local t = secret.json { token = s, list = { e, "public" }, n = 1 }
spawn{ "sh", "-c", [[printf '%s\n' "$J"; printf '%s' "$J" | jq .; printf '%s' "$J" | jq -r '.token, .list[0]']], env = { J = t } }
