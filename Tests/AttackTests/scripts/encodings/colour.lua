-- idea: a value with colours before and behind it
-- contains: [secret:TOKEN]
spawn{ "sh", "-c", [[printf '\033[31m%s\033[0m\n' "$T"]], env = { T = getSecret("TOKEN") } }
