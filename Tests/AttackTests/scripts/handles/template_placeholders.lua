-- idea: a value, or a text, that looks like a placeholder is put together again
-- out: true
local s = getSecret("TOKEN")
local t = secret.template("${a}${b}", { a = "${b}", b = s })
local u = secret.template("$${b}${b}", { b = s })
local r = spawn{ "sh", "-c", 'case "$T" in "\\${b}"*) echo once;; esac; case "$U" in "\\${b}"*) echo once;; esac', env = { T = t, U = u }, capture = true }
print(r.stdout == "once\nonce\n" or r.stdout)
