-- idea: the header lines of a key are public and come through
-- contains: BEGIN PRIVATE KEY
spawn{ "head", "-n", "1", stdin = getSecret("PEM") }
