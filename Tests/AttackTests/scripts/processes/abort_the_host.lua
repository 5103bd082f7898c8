-- idea: a program kills the host with a signal that writes a core
-- exit: 134
getSecret("TOKEN")
spawn{ "sh", "-c", "ulimit -c unlimited; kill -ABRT $PPID; sleep 5", env = { T = getSecret("TOKEN") } }
