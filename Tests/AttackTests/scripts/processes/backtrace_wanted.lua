-- idea: the environment asks for a backtrace of the host, and a program crashes it
-- environment: SWIFT_BACKTRACE=enable=yes,registers=all,color=no
-- exit: 132
-- lacks: Registers
getSecret("TOKEN")
spawn{ "sh", "-c", "kill -ILL $PPID; sleep 1", env = { T = getSecret("TOKEN") } }
