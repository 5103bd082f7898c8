-- idea: more branches than there may be waiting calls, and all of them cancelled at once
-- out: false	limit
-- out: 20000
local list = {}
for i = 1, 20000 do list[i] = function() sleep(1000) end end
local ok, e = pcall(parallel, list)
print(ok, e.kind)
print(#list)
