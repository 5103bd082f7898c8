-- idea: load with odd modes, names, environments and readers
-- out: function	nil	function	nil
local count = 0
local function numbers()
  count = count + 1
  if count < 4 then return {} end
end
local ok, f = pcall(load, numbers)
print(type((load("return 1", "x", "t"))), ok and f or nil, type(load("return 1", ("x"):rep(100000), "t", {})),
  (load(function() error("in the reader") end)))
pcall(load, "return 1", "x", {})
