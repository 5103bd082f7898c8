-- idea: one branch of parallel resumes and closes a coroutine that waits for the host in another
-- out: false	cannot resume non-suspended coroutine
-- out: normal	false
-- out: [secret:TOKEN]
local co = coroutine.create(function() sleep(0.2) return getSecret("TOKEN") end)
parallel{
  function() print(select(2, coroutine.resume(co))) end,
  function()
    sleep(0.05)
    print(coroutine.resume(co, "an answer of mine"))
    print(coroutine.status(co), (pcall(coroutine.close, co)))
  end,
}
