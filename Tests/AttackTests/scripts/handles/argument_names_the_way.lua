-- idea: the refusal of a secret in the arguments says how it is done instead
-- exit: 2
-- error: the secret TOKEN cannot be argument 2
-- error: env = { TOKEN = handle }
-- error: visible to every user
spawn{ "true", getSecret("TOKEN") }
