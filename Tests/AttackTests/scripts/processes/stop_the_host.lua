-- idea: a program stops the host and looks at it while it stands still
-- out: stopped
-- out: [secret:TOKEN]
spawn{ "sh", "-c", "P=$PPID; (sleep 0.5; kill -CONT $P) & kill -STOP $P; sleep 0.1; cat /proc/$P/environ /proc/$P/maps 2>/dev/null; echo stopped; echo $T; wait",
       env = { T = getSecret("TOKEN") } }
