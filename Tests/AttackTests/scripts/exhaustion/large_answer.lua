-- idea: an answer is larger than the host hands over, and the call for it never ends
-- out: false	limit
local r = secret.random(4, { alphabet = "abcdefghijklmnop", name = ("n"):rep(64) })
spawn{ "sh", "-c", "{ printf -- '--[['; yes \"$R\" | head -c 4000000; printf ']]'; } > large_module.lua", env = { R = r } }
local ok, e = pcall(require, "large_module")
print(ok, e.kind)
fs.remove("large_module.lua")
