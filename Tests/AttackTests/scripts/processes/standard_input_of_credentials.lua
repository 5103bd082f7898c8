-- idea: the host opens the credentials file for a program to read
-- credentials: file
-- exit: 77
-- error: is out of reach
login()
spawn{ "cat", stdin = { file = "config/vaultscript/credentials/default.env" } }
