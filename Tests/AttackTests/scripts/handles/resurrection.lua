-- idea: a finalizer brings a collected secret back
-- out: [secret:TOKEN]	false
local back
local function lose()
  setmetatable({ s = getSecret("TOKEN") }, { __gc = function(self) back = self.s end })
end
coroutine.wrap(lose)()
sleep(0.01)
collectgarbage() collectgarbage()
print(back, (pcall(spawn, { "true", env = { A = back } })))
