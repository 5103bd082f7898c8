-- idea: a granted program prints the numbers of the bytes
-- out: [secret:TOKEN]
local text = spawn{ "od", "-An", "-v", "-tu1", stdin = getSecret("TOKEN"), capture = true }.stdout
print((text:gsub("%s*(%d+)%s*", function(n) return string.char(n) end)))
