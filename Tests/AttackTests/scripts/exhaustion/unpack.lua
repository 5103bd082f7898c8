-- idea: more results, arguments and yields than a stack holds
-- out: false	false	false	false
print((pcall(table.unpack, {}, 1, 1 << 40)), (pcall(string.byte, ("x"):rep(10000000), 1, -1)), (pcall(select, -1)),
  (pcall(function() return table.unpack({}, 1, 10000000) end)))
