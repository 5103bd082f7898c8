-- idea: tables with odd sizes, keys and lengths
-- out: false	false	false	false
print((pcall(rawset, {}, 0 / 0, 1)), (pcall(next, {}, "x")), (pcall(table.insert, {}, 1 << 40, "x")), (pcall(table.move, { 1 }, 1, math.maxinteger, 2)))
local t = setmetatable({}, { __len = function() return math.maxinteger end })
pcall(table.insert, t, 1) pcall(table.remove, t) pcall(table.unpack, t, math.mininteger, math.maxinteger)
