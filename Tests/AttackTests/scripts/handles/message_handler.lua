-- idea: a secret goes through message handlers and debug.traceback
-- out: false	[secret:TOKEN]
-- out: false	[secret:TOKEN]
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
print(xpcall(assert, debug.traceback, false, s))
print(xpcall(assert, function(e) return e end, false, s))
print(debug.traceback(s))
