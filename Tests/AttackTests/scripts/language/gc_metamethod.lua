-- idea: finalizers that call the host, raise, and make new garbage with finalizers
-- out: done
for i = 1, 200 do
  setmetatable({}, { __gc = function() error(getSecret("TOKEN")) end })
  setmetatable({}, { __gc = function() spawn{ "true" } end })
  setmetatable({}, { __gc = function() setmetatable({}, { __gc = function() tostring(1) end }) end })
  if i % 50 == 0 then break end
end
print("done")
