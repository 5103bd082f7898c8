-- idea: a program crashes the host, whose message or core shows its memory
-- exit: 139
getSecret("TOKEN")
spawn{ "sh", "-c", "kill -SEGV $PPID; sleep 5", env = { T = getSecret("TOKEN") } }
