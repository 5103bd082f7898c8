-- idea: recursion without end, in Lua, in pcall, in metamethods, in coroutines, in tostring
-- out: false	false	false	false	false
local function lua(n) return 1 + lua(n + 1) end
local indexed = setmetatable({}, { __index = function(t, k) return t[k + 1] end })
local function wrapped() return coroutine.wrap(wrapped)() end
local shown = setmetatable({}, { __tostring = function(self) return "x" .. tostring(self) end })
local added = setmetatable({}, { __add = function(a, b) return a + b end })
print((pcall(lua, 1)), (pcall(function() return indexed[1] end)), (pcall(wrapped)), (pcall(tostring, shown)), (pcall(function() return added + added end)))
