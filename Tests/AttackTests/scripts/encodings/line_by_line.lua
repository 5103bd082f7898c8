-- idea: the lines of a value, one at a time, numbered, indented, in reverse order
-- contains: [secret:PEM]
spawn{ "sh", "-c", [[printf '%s' "$P" | cat -n; printf '%s' "$P" | sed 's/^/    /'; printf '%s' "$P" | tac; printf '%s' "$P" | while read -r line; do echo "line: $line;"; done]], env = { P = getSecret("PEM") } }
