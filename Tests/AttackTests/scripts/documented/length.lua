-- idea: a granted program tells how long a value is
-- out: 40
io.write((spawn{ "wc", "-c", stdin = getSecret("TOKEN"), capture = true }.stdout))
