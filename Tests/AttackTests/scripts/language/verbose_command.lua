-- idea: -v shows the variables, input and files of a program
-- options: -v
-- error: secrets:
-- out: [secret:TOKEN]
spawn{ "printenv", "T", env = { T = getSecret("TOKEN"), PLAIN = "plain" }, stdin = getSecret("EIGHT"), files = { K = getSecret("PEM") }, fds = { [5] = getSecret("CFG") } }
