-- idea: a label before each line drives the terminal or splits a value
-- lacks: \e
-- contains: [secret:TOKEN]
pcall(spawn, { "echo", "x", label = "\27[2J" })
pcall(spawn, { "echo", "x", label = "a\nb" })
spawn{ "sh", "-c", 'printf "a\n%s\nb\n" "$T"; printf %s "$T"', env = { T = getSecret("TOKEN") }, label = "ghp" }
