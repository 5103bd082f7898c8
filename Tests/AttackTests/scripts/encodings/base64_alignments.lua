-- idea: base64 of a value with one, two, three characters before it and some behind
-- out: :5
local script = [[for before in "" a ab abc "user:"; do printf '%s%s%s' "$before" "$T" " and more" | base64 -w0; echo; done]]
local r = spawn{ "sh", "-c", script, env = { T = getSecret("TOKEN") }, capture = true }
print(":" .. r.leaks)
io.stderr:write(r.stdout)
