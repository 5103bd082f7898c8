-- idea: a program prints the credentials file before anything has logged in with it, so that nothing masks it
-- credentials: file
-- contains: [secret:client secret]
print(spawn{ "sh", "-c", "cat config/vaultscript/credentials/default.env", capture = true }.stdout)
