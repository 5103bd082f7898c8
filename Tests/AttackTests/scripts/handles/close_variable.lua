-- idea: a to-be-closed secret is returned, thrown and yielded out of its block
-- out: false	false	false
local function returned() local s <close> = getSecret("TOKEN") return s end
local _, thrown = pcall(function() local s <close> = getSecret("TOKEN") assert(false, s) end)
local co = coroutine.create(function() local s <close> = getSecret("TOKEN") coroutine.yield(s) end)
local _, yielded = coroutine.resume(co)
coroutine.close(co)
print((pcall(spawn, { "true", env = { A = returned() } })), (pcall(spawn, { "true", env = { A = thrown } })),
  (pcall(spawn, { "true", env = { A = yielded } })))
