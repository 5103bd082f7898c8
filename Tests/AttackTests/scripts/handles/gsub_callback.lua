-- idea: secrets are fetched and used where Lua cannot yield
-- out: [secret:TOKEN] [secret:EIGHT]
-- out: 2
local text = ("TOKEN EIGHT"):gsub("%w+", function(name) return tostring(getSecret(name)) end)
print(text)
local count = 0
table.sort({ 1, 2 }, function(a, b)
  count = count + #spawn{ "printf", "xx", env = { T = getSecret("TOKEN") }, capture = true }.stdout
  return a < b
end)
print(count)
