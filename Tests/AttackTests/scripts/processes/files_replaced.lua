-- idea: a program replaces the file with a value by a link, for the host to wipe or follow
-- out: untouched
spawn{ "sh", "-c", 'echo untouched >own; rm -f "$K"; ln -s "$PWD/own" "$K"', files = { K = getSecret("TOKEN") } }
spawn{ "cat", "own" }
