-- idea: a program kills the host, and outlives it with its value
-- exit: 137
getSecret("TOKEN")
spawn{ "sh", "-c", "kill -KILL $PPID; sleep 0.3; echo $T", env = { T = getSecret("TOKEN") } }
