-- idea: the folder of a run shows names and counts of what other programs were given
-- out: 1
spawn{ "sh", "-c", 'ls -A "$(dirname "$K")" | wc -l', files = { K = getSecret("TOKEN") } }
