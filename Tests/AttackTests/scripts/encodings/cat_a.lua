-- idea: cat -A shows the lines of a value with their ends
-- contains: [secret:PEM]
spawn{ "cat", "-A", stdin = getSecret("PEM") }
