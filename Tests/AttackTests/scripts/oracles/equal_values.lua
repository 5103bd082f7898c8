-- idea: two names of one value are told apart or found equal by their masks
-- out: [secret:TOKEN]
local a = getSecret("TOKEN")
local b = secret.template("${a}", { a = a })
spawn{ "printenv", "B", env = { B = b } }
