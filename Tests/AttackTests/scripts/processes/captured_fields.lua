-- idea: fields of captured JSON become secrets, and the rest of the text still holds them
-- needs: jq
-- contains: [secret:
local r = spawn{ "sh", "-c", [[printf '{"token":"%s","again":"%s","b":"%s","list":["x"]}' "$E" "$E" "$(printf %s "$E" | base64)"]], env = { E = "freshly-made-value-1234567" }, capture = true, secrets = { "token" } }
print(r.stdout)
assert(not r.stdout:find("freshly"), r.stdout)
assert(not r.stdout:find("ZnJlc2hseS1tYWRl"), r.stdout)
