-- idea: the tables given to spawn have __index, __pairs, __len and __metatable
-- out: plain
-- out: 0 asked
local asked = 0
local function trap(t)
  return setmetatable(t, {
    __index = function(_, k) asked = asked + 1 return getSecret("TOKEN") end,
    __pairs = function() asked = asked + 1 return function() end end,
    __len = function() asked = asked + 1 return 5 end,
  })
end
spawn(trap { "sh", "-c", "echo ${A:-none}", env = trap { A = "plain" } })
print(asked .. " asked")
