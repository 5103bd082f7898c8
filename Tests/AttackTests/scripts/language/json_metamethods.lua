-- idea: tables with metamethods, cycles and odd keys are encoded
-- out: false	false	false	true
local cycle = {}
cycle.a = cycle
local deep = {}
for _ = 1, 100000 do deep = { deep } end
print((pcall(json.encode, cycle)), (pcall(json.encode, { [print] = 1 })), (pcall(json.encode, deep)),
  (pcall(json.encode, setmetatable({}, { __index = function() return getSecret("TOKEN") end, __len = function() return 3 end }))))
