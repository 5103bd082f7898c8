-- idea: numbers and texts made of a secret
-- out: false	false	false	userdata	[secret:PIN]	false
local s = getSecret("PIN")
print((pcall(tonumber, s)), (pcall(tonumber, s, 16)), (pcall(tonumber, s, 36)), type(s), tostring(s), (pcall(utf8.char, s)))
