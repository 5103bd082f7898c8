-- idea: a program of the same user reads the credentials file and turns it round
-- credentials: file
-- contains: DI_TNEILC
spawn{ "sh", "-c", "rev config/vaultscript/credentials/default.env | grep -o DI_TNEILC" }
