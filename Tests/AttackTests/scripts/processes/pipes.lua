-- idea: values between the programs of a pipe, at its end and on their standard errors
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
pipe{ { "printenv", "T", env = { T = s } }, { "cat" }, { "tee", "/dev/stderr" } }
io.write(pipe{ { "printenv", "T", env = { T = s } }, { "cat" }, capture = true }.stdout)
