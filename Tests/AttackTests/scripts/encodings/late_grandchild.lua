-- idea: what a program left behind prints the value after the program has ended
-- contains: done
-- out: done
spawn{ "sh", "-c", '(sleep 0.5; echo "$T") & exit 0', env = { T = getSecret("TOKEN") } }
sleep(0.8)
print("done")
