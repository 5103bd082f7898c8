-- idea: a program crashes the host, whose message shows its memory
-- exit: 139
-- lacks: Registers
getSecret("TOKEN")
spawn{ "sh", "-c", "kill -SEGV $PPID; sleep 1", env = { T = getSecret("TOKEN") } }
