-- idea: a secret among the fields of a log line
-- error: [secret:TOKEN]
-- out: false
local s = getSecret("TOKEN")
log.warn("fields", { token = s })
print((pcall(log.warn, "x", { nested = { s } })))
pcall(log.warn, "x", { [s] = 1 })
