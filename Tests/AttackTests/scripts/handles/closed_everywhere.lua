-- idea: a closed secret is used in every place that takes one
-- out: [secret:TOKEN]	TOKEN
-- out: 0 of 8 worked
local s = getSecret("TOKEN")
s:close() s:close()
local worked = 0
local function try(f, ...) if pcall(f, ...) then worked = worked + 1 end end
try(spawn, { "true", env = { A = s } })
try(spawn, { "true", stdin = s })
try(spawn, { "true", files = { A = s } })
try(spawn, { "true", files = { A = { s, memfd = true } } })
try(spawn, { "true", fds = { [3] = s } })
try(secret.template, "${a}", { a = s })
try(s.source, s)
try(login, { clientSecret = s })
print(s, s:name())
print(worked .. " of 8 worked")
