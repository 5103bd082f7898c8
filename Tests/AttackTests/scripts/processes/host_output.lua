-- idea: a program writes to the host's standard output past the masker
-- out: [secret:TOKEN]
spawn{ "sh", "-c", 'for p in $PPID; do echo $T >/proc/$p/fd/1; echo $T >/proc/$p/fd/2; done 2>/dev/null; echo $T', env = { T = getSecret("TOKEN") } }
