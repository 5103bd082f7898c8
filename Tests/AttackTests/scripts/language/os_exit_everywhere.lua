-- idea: os.exit in a coroutine, in defer, in __close and in a pcall
-- exit: 9
-- out: deferred
defer(function() print("deferred") os.exit(9) end)
coroutine.wrap(function()
  local c <close> = setmetatable({}, { __close = function() os.exit(8) end })
  pcall(os.exit, 7)
end)()
print("went on")
