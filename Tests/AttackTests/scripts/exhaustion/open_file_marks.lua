-- idea: the host looks to the end of a long argument once for each ${file: in it, or through all of env for each name of passEnv
-- limit: 30
-- out: start	126
-- out: true
-- out: true
local ok, e = pcall(spawn, { "true", ("${file:"):rep(400000) })
print(e.kind, e.code)
print((pcall(spawn, { "true", ("${file:"):rep(18000) })))
local env, names = {}, {}
for i = 1, 60000 do env["A" .. i], names[i] = "", "B" .. i end
print((pcall(spawn, { "true", env = env, passEnv = names })))
