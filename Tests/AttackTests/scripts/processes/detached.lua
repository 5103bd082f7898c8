-- idea: a program that outlives the run is given a secret
-- out: false	false	false	false
local s = getSecret("TOKEN")
print((pcall(spawn, { "true", env = { A = s }, detach = true })), (pcall(spawn, { "true", stdin = s, detach = true })), (pcall(spawn, { "true", files = { A = s }, detach = true })),
  (pcall(spawn, { "true", fds = { [3] = s }, detach = true })))
