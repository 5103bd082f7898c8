-- idea: so many handles that one wraps round to another's place
-- out: [secret:TOKEN]	false
local first = getSecret("TOKEN")
first:close()
local base = getSecret("FIVE")
for _ = 1, 3000 do secret.template("x${a}", { a = base }):close() end
print(getSecret("TOKEN"), (pcall(secret.template, "${a}", { a = first })))
