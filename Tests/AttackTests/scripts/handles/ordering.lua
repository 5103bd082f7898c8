-- idea: secrets are sorted, by themselves, by their labels and as keys
-- oracle: same
-- out: false
-- out: [secret:CFG] [secret:EIGHT] [secret:PEM] [secret:TOKEN]
local list = {}
for _, name in ipairs { "TOKEN", "EIGHT", "PEM", "CFG" } do list[#list + 1] = getSecret(name) end
print((pcall(table.sort, list)))
table.sort(list, function(a, b) return tostring(a) < tostring(b) end)
for i, s in ipairs(list) do list[i] = tostring(s) end
print(table.concat(list, " "))
