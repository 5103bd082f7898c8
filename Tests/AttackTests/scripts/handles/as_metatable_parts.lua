-- idea: a secret as __index, __newindex, __call, __metatable, __name, __mode of a table
-- out: false	false	false	[secret:TOKEN]	false	true
local s = getSecret("TOKEN")
print((pcall(function() return setmetatable({}, { __index = s }).value end)),
  (pcall(function() setmetatable({}, { __newindex = s }).value = 1 end)),
  (pcall(setmetatable({}, { __call = s }))),
  getmetatable(setmetatable({}, { __metatable = s })),
  (pcall(function() return tostring(setmetatable({}, { __tostring = function() return s end })) end)),
  tostring(setmetatable({}, { __name = s })):match("^table: 0x") ~= nil)
