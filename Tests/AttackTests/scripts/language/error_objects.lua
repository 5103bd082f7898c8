-- idea: a host error is changed, copied and raised again to make the host believe it
-- exit: 3
-- error: was not found
local _, e = pcall(getSecret, "NOPE")
e.code, e.status, e.kind, e.id = 0, "done", "exit", 0
setmetatable({}, { __gc = function() end })
error(e)
