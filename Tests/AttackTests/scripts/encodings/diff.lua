-- idea: diff and grep show lines of a value with marks before them
-- contains: [secret:PEM]
spawn{ "sh", "-c", 'printf %s "$P" | diff -u /dev/null - ; printf %s "$P" | grep -n .', env = { P = getSecret("PEM") }, check = false }
