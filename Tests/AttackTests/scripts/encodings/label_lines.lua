-- idea: labels before the lines of a value of several lines
-- contains: [secret:PEM]
spawn{ "sh", "-c", 'printf %s "$P"; printf %s "$P" | sed "s/^/  /"; printf "%s\r\n" "$P"', env = { P = getSecret("PEM") }, label = "key" }
