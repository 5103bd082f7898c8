-- idea: a program raises its own limit on cores
-- out: 0
spawn{ "sh", "-c", "ulimit -c unlimited 2>/dev/null; ulimit -c", env = { T = getSecret("TOKEN") } }
