-- idea: a value that ends in = stands alone in an environment file, and a warning calls what is before it an empty setting
-- contains: refused
-- lacks: left out
-- wrote: value.env
local value = secret.base64(secret.random(4, { format = "hex" })) -- eleven letters and digits, and one =
spawn{ "printenv", "V", env = { V = value }, stdout = { file = "value.env" } }
local ok = pcall(secret.dotenv, "value.env")
print(ok and "taken" or "refused")
