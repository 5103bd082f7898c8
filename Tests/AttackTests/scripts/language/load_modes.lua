-- idea: load with odd modes, names, environments and readers
-- out: nil	false	function	nil	false
local function huge() return ("x"):rep(1 << 20) end
local count = 0
local function endless()
  count = count + 1
  if count > 3 then return nil end
  return 42
end
print((load("return 1", "x", "b")), (pcall(load, "return 1", "x", {})), type(load("return 1", ("x"):rep(100000), "t", {})), (load(function() error("in the reader") end)),
  (pcall(load, endless)) and load(endless) ~= nil and true or false)
