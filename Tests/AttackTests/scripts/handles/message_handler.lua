-- idea: a secret goes through message handlers and debug.traceback
-- out: false	[secret:TOKEN]
-- out: false	[secret:TOKEN]
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
print(xpcall(error, debug.traceback, s))
print(xpcall(error, function(e) return e end, s))
print(debug.traceback(s))
