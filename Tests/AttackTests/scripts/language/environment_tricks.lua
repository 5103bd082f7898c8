-- idea: _ENV and the metatable of the globals are set up to catch what host code looks up
-- out: [secret:TOKEN]
-- out: looked up 0
local looked = 0
local copy = {}
local globals = _G
for k, v in pairs(globals) do copy[k] = v end
for k in copy.pairs(copy) do globals[k] = nil end
copy.setmetatable(globals, { __index = function(_, k) looked = looked + 1 return copy[k] end, __newindex = function(_, k) looked = looked + 1 end })
local _ENV = copy
spawn{ "printenv", "T", env = { T = getSecret("TOKEN") } }
pcall(spawn, { "no such program" })
print("looked up " .. looked)
