-- idea: secrets in weak tables, collected while their keys are walked
-- out: done
local weak = setmetatable({}, { __mode = "kv" })
for i = 1, 20 do
  weak[getSecret("EIGHT")] = getSecret("FIVE")
  if i % 5 == 0 then
    for k, v in pairs(weak) do
      collectgarbage("step")
      tostring(k) tostring(v)
    end
  end
end
collectgarbage()
print(next(weak) == nil and "done" or "kept")
