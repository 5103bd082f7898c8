-- idea: what is made of a value that the author knows, before what is made of another, in shown output and by line: the first overlap is the last thing to be seen
-- environment: CI_KEY=deploys
-- exit: 78
-- error: the secrets CI_KEY and TOKEN overlap in a text
-- lacks: seen
recipe{ name = "x", programs = { "cat" }, secrets = { "TOKEN", "env:CI_KEY" } }
local function twice(s) return secret.hex(secret.hex(s)) end
local known, token = twice(secret.env("CI_KEY")), twice(getSecret("TOKEN"))
-- 3634363537303663366637393733 without its last digit.
local text = secret.template("first\n363436353730366336663739373${t}\nseen\n363436353730366336663739373${t}\nseen\n", { t = token })
local p <close> = spawn{ "cat", stdin = text, background = true, capture = true }
pcall(function() for line in p:lines() do print(line) end end)
spawn{ "cat", stdin = text }
print("seen")
