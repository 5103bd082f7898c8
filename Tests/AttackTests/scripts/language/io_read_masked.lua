-- idea: a value comes back through standard input and is read
-- guess: TOKEN
-- out: [secret:TOKEN]
getSecret("TOKEN")
local text = spawn{ "echo", arg[1], capture = true }.stdout
io.write(text)
