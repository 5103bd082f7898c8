-- idea: __tostring waits for the host, gives no text, or calls itself for ever
-- out: [secret:TOKEN]	false	false
local a = setmetatable({}, { __tostring = function() return tostring(getSecret("TOKEN")) end })
local b = setmetatable({}, { __tostring = function() return {} end })
local c = setmetatable({}, { __tostring = function(self) return tostring(self) end })
print(a, (pcall(tostring, b)), (pcall(tostring, c)))
