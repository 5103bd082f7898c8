-- idea: whole values on standard output and standard error at the same time
-- contains: [secret:TOKEN]
spawn{ "sh", "-c", 'for i in 1 2 3 4 5 6 7 8; do printf %s "$T"; printf %s "$T" >&2; done', env = { T = getSecret("TOKEN") }, capture = false }
