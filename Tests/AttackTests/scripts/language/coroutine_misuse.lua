-- idea: coroutine functions with what is no coroutine, on themselves, on the dead
-- out: false	false	false	false	false	false	false
local dead = coroutine.create(function() end)
coroutine.resume(dead)
print((pcall(coroutine.resume)), (pcall(coroutine.resume, {})), (coroutine.resume(dead)), (pcall(coroutine.close, coroutine.running())),
  (pcall(coroutine.wrap, 1)), (pcall(coroutine.status, "x")), (pcall(coroutine.wrap(function() error("x") end))))
