-- idea: a program of a pipe fails, and the error shows what it printed
-- exit: 4
-- error: [secret:TOKEN]
pipe{ { "sh", "-c", "echo $T >&2; exit 4", env = { T = getSecret("TOKEN") } }, { "cat" } }
