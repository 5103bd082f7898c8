-- idea: a value comes in on standard input as a line
-- input: ${TOKEN}\n
-- out: [secret:TOKEN]	14
getSecret("TOKEN")
local line = io.read()
print(line, #line)
