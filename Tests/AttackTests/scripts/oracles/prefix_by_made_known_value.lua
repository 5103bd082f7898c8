-- idea: what is made of a value that the author knows, and of another, shares dozens of bytes where the values share one character
-- environment: CI_KEY=deploybot-g
-- exit: 78
-- error: the secrets CI_KEY and TOKEN overlap in a text
-- lacks: went on
recipe{ name = "x", programs = { "cat" }, secrets = { "TOKEN", "env:CI_KEY" } }
local function made(s) for i = 1, 5 do s = secret.hex(s) end return s end
local function written(s) for i = 1, 5 do s = s:gsub(".", function(c) return ("%02x"):format(c:byte()) end) end return s end
made(secret.env("CI_KEY"))
spawn{ "cat", stdin = secret.template(written("deploybot-") .. "${v}", { v = made(getSecret("TOKEN")) }), capture = true }
print("went on")
