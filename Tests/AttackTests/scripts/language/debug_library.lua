-- idea: the debug library gives upvalues, registry, metatables or hooks
-- out: traceback
local names = {}
for name in pairs(debug) do names[#names + 1] = name end
print(table.concat(names, " "))
