-- idea: an environment file with $ before a value is warned of where the value begins with {
-- wrote: d.env
-- error: which the vault reads as a reference to another secret: B, C, D
-- lacks: secret: A
local text = "A=x${d}${v}\nB=${d}{X}\nC='a ${d}{X} b'\nD=\"\\${d}{X}\"\nE='${d} {X}'\nF=1 # ${d}{X}\n"
spawn{ "cat", stdin = secret.template(text, { d = "$", v = getSecret("CFG") }), stdout = { file = "d.env", mode = "0600" } }
secret.dotenv("d.env")
