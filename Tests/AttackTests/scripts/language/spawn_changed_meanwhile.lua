-- idea: the table given to spawn is changed while the program is being started
-- out: harmless
local spec
spec = setmetatable({ "sh", "-c", "sleep 0.1; echo harmless", env = {} }, { __gc = function() end })
local co = coroutine.wrap(function() spawn(spec) end)
defer(function() spec[3] = "echo $T" end)
spec.env.T = nil
co()
