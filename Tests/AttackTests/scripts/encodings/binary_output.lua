-- idea: a value inside a program file, an archive that does not compress, a pipe of numbers
-- contains: [secret:TOKEN]
spawn{ "sh", "-c", [[printf %s "$T" >x; tar -cf - x; rm x; head -c 100 /bin/true; printf %s "$T"; head -c 100 /bin/true]], env = { T = getSecret("TOKEN") } }
