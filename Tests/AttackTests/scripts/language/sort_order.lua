-- idea: a comparison without order, one that raises, one that changes the table
-- out: done
local t = {}
for i = 1, 500 do t[i] = i % 7 end
pcall(table.sort, t, function() return true end)
pcall(table.sort, t, function() error(getSecret("TOKEN")) end)
pcall(table.sort, t, function(a, b) t[#t + 1] = 1 t[1] = nil return (a or 0) < (b or 0) end)
print("done")
