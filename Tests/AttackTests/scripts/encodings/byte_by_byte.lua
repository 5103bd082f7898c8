-- idea: a value is printed one byte at a time, with a pause after each
-- out: [secret:TOKEN]
spawn{ "sh", "-c", [[printf %s "$T" | sed 's/./&\n/g' | while read -r c; do printf %s "$c"; sleep 0.002; done; echo]], env = { T = getSecret("TOKEN") } }
