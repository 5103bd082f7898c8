-- idea: a value between the quotes of YAML, TOML and INI files
-- out: 4
local script = [[printf 'token: "%s"\n' "$T"; printf "token = '%s'\n" "$T"; printf 'token: |\n  %s\n' "$T"; printf 'a=%s;b\n' "$T"]]
local r = spawn{ "sh", "-c", script, env = { T = getSecret("TOKEN") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
