-- idea: a program fails while its output is taken as a secret, and the error shows it
-- exit: 3
-- error: [secret:TOKEN]
spawn{ "sh", "-c", "echo $T; echo $T >&2; exit 3", env = { T = getSecret("TOKEN") }, capture = "secret" }
