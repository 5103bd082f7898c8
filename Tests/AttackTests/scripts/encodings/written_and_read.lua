-- idea: a program writes a value to a file, another prints it
-- out: [secret:TOKEN]
spawn{ "sh", "-c", 'umask 077; printf %s "$T" >kept', env = { T = getSecret("TOKEN") } }
spawn{ "sh", "-c", "cat kept; echo; rm kept" }
