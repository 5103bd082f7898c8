-- idea: __close handlers that wait, raise, yield and take secrets along
-- out: false	third
-- out: [secret:EIGHT]
local kept
local function closing(f) return setmetatable({}, { __close = f }) end
print(pcall(function()
  local a <close> = closing(function(_, e) kept = getSecret("EIGHT") error("third", 0) end)
  local b <close> = closing(function(_, e) spawn{ "true", env = { E = getSecret("FIVE") } } error("second", 0) end)
  error("first", 0)
end))
print(kept)
