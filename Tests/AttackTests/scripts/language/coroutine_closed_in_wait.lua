-- idea: a coroutine is closed while its host call is under way, and its answer goes to another
-- out: [secret:TOKEN]
-- out: suspended
-- out: [secret:EIGHT]
local inner
local outer = coroutine.wrap(function()
  inner = coroutine.create(function()
    coroutine.yield()
    return getSecret("FIVE")
  end)
  coroutine.resume(inner)
  return getSecret("TOKEN")
end)
print(outer())
print(coroutine.status(inner))
coroutine.close(inner)
print(getSecret("EIGHT"))
