-- idea: a granted program compresses a value
-- out: [secret:TOKEN]
-- needs: gzip
local packed = spawn{ "sh", "-c", "gzip -c | od -An -v -tx1 | tr -d ' \\n'", stdin = getSecret("TOKEN"), capture = true }.stdout
local bytes = packed:gsub("%x%x", function(x) return string.char(tonumber(x, 16)) end)
local back = spawn{ "sh", "-c", "gzip -dc", stdin = bytes, capture = true }.stdout
print(back)
