-- idea: a program kills the host with a signal that writes a core or a backtrace
-- exit: 134
-- lacks: Registers
getSecret("TOKEN")
spawn{ "sh", "-c", "ulimit -c unlimited 2>/dev/null; kill -ABRT $PPID; sleep 1", env = { T = getSecret("TOKEN") } }
