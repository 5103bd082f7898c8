-- idea: a finalizer that never ends
-- options: --limit cpu=300ms
-- exit: 1
-- error: CPU
setmetatable({}, { __gc = function() while true do end end })
collectgarbage()
