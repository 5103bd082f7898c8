-- idea: a login and secrets in finalizers, at the end of the run and out of order
-- out: end
for i = 1, 20 do setmetatable({}, { __gc = function() getSecret("TOKEN"):close() end }) end
collectgarbage()
setmetatable({}, { __gc = function() print(getSecret("EIGHT")) end })
print("end")
