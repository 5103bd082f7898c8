-- idea: a hundred thousand coroutines, suspended, with a secret in each
-- out: 20000	[secret:EIGHT]
local s = getSecret("EIGHT")
local all = {}
for i = 1, 20000 do
  all[i] = coroutine.create(function(x) coroutine.yield(x) return x end)
  coroutine.resume(all[i], s)
end
print(#all, select(2, coroutine.resume(all[20000])))
