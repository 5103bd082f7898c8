-- idea: a value that is read before it is loaded is no secret yet
-- input: ${TOKEN}\n
-- out: true
-- out: [secret:TOKEN]
local line = io.read()
print(#line > 14)
getSecret("TOKEN")
print(line)
