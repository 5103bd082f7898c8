-- idea: NUL bytes and broken UTF-8 around and between values
-- contains: [secret:TOKEN]
spawn{ "sh", "-c", [[printf '\000%s\000\377\376%s\303' "$T" "$T"]], env = { T = getSecret("TOKEN") } }
