-- idea: the host opens the credentials file for a program to read
-- credentials: file
-- lacks: cs
-- contains: [secret:
login()
spawn{ "cat", stdin = { file = "config/vaultscript/credentials/default.env" } }
