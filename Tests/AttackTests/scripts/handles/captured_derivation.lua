-- idea: a program turns a value round, the host keeps the result as a secret, another prints it
-- out: [secret:rev]
-- out: x[secret:rev]y
local turned = spawn{ "rev", stdin = getSecret("TOKEN"), capture = "secret" }.stdout
spawn{ "printenv", "R", env = { R = turned } }
spawn{ "printenv", "R", env = { R = secret.template("x${r}y", { r = turned }) } }
