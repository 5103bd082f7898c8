-- idea: a chain of __call that never ends
-- options: --limit cpu=500ms
-- exit: 1
local f = {}
setmetatable(f, { __call = f })
f()
