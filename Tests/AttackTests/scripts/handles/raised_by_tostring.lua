-- idea: an error object whose __tostring gives a secret
-- exit: 1
local s = getSecret("TOKEN")
error(setmetatable({}, { __tostring = function() return s end, __name = s }))
