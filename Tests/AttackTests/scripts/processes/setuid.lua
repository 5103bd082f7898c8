-- idea: a program with set-user-id gains rights while it has a value
-- out: NoNewPrivs:	1
spawn{ "grep", "NoNewPrivs", "/proc/self/status", env = { T = getSecret("TOKEN") } }
