-- idea: a guess of a whole value is confirmed by its mask: documented, and no more than that
-- guess: TOKEN
-- out: [secret:TOKEN]
getSecret("TOKEN")
io.write(spawn{ "echo", arg[1], capture = true }.stdout)
