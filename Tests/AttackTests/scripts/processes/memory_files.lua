-- idea: the descriptor path of a value is written to, grown and read twice
-- out: [secret:TOKEN] [secret:TOKEN] closed
spawn{ "sh", "-c", 'a=$(cat "$K"); b=$(cat "$K"); (echo x >>"$K") 2>/dev/null && c=open || c=closed; echo "$a $b $c"', files = { K = { getSecret("TOKEN"), memfd = true } } }
