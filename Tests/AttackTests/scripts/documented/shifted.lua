-- idea: a granted program shifts the letters: not in the list, Lua has it
-- out: [secret:TOKEN]
local text = spawn{ "tr", "A-Za-z", "N-ZA-Mn-za-m", stdin = getSecret("TOKEN"), capture = true }.stdout
print((text:gsub("%a", function(c) local base = c:lower() == c and 97 or 65 return string.char((c:byte() - base + 13) % 26 + base) end)))
