-- idea: a program reads the user's credentials file, which it may: what it prints is masked
-- credentials: file
-- lacks: cs
-- contains: CLIENT_SECRET=[secret:
login()
spawn{ "cat", "config/vaultscript/credentials/default.env" }
