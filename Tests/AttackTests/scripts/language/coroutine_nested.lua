-- idea: a host call waits inside a hundred coroutines, wrapped and protected in turn
-- out: [secret:TOKEN]
local function down(n)
  if n == 0 then return getSecret("TOKEN") end
  if n % 2 == 0 then return coroutine.wrap(down)(n - 1) end
  return select(2, pcall(down, n - 1))
end
print(down(60))
