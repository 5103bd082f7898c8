-- idea: a program logs a value to both streams with a time before it
-- contains: [secret:TOKEN]
-- error: [secret:TOKEN]
spawn{ "sh", "-c", 'echo "2026-01-01T00:00:00Z INFO token=$T" | tee /dev/stderr', env = { T = getSecret("TOKEN") } }
