-- idea: a program kills the process above the host, and what is left goes on with the value
-- exit: 137
getSecret("TOKEN")
spawn{ "sh", "-c", 'P=$(sed "s/.*) . //;s/ .*//" /proc/$PPID/stat); test "$P" -gt 1 && test "$(cat /proc/$P/comm)" = vaultscript:lua && kill -KILL $P; sleep 5', env = { T = getSecret("TOKEN") } }
