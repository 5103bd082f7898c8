-- idea: a script yields to the scheduler, out of every place, with invented marks
-- out: false	false	false	true
local co = coroutine.running()
print((pcall(coroutine.yield)), (pcall(coroutine.yield, {}, 1)), (pcall(coroutine.resume, co)) and (coroutine.resume(co)),
  (pcall(coroutine.wrap(function() for i = 1, 5 do coroutine.yield({}, i, "secret", 7) end end))))
