-- idea: a value at the very end of the output, without a line end
-- out: [secret:TOKEN]true
spawn{ "sh", "-c", 'printf %s "$T"', env = { T = getSecret("TOKEN") } }
print(spawn{ "sh", "-c", 'printf %s "$T"', env = { T = getSecret("TOKEN") }, capture = true }.stdout == "[secret:TOKEN]")
