-- idea: tostring, print, type and string.format are replaced to catch what the host hands over
-- out: [secret:TOKEN]
-- out: caught only secrets and texts
local seen = {}
local realPrint, realTostring, realType = print, tostring, type
tostring = function(x) seen[#seen + 1] = x return realTostring(x) end
type = function(x) seen[#seen + 1] = x return realType(x) end
string.format = function(...) seen[#seen + 1] = select(2, ...) return "" end
table.concat = function(t) for _, x in ipairs(t) do seen[#seen + 1] = x end return "" end
local s = getSecret("TOKEN")
spawn{ "printenv", "T", env = { T = s } }
pcall(spawn, { "false", env = { T = s } })
local kinds = {}
for _, x in ipairs(seen) do kinds[realType(x)] = true end
realPrint(kinds.table and "caught a table" or "caught only secrets and texts")
