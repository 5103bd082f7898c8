-- idea: a program kills the worker, and the host answers with what it holds
-- exit: 1
-- error: worker
getSecret("TOKEN")
spawn{ "sh", "-c", 'for p in $(cat /proc/$PPID/task/*/children); do [ "$p" != $$ ] && kill -SEGV $p; done; sleep 5', env = { T = getSecret("TOKEN") } }
