-- idea: secret.env makes handles of the host's own credentials
-- out: false	false	false	[secret:GITHUB_TOKEN]
print((pcall(secret.env, "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET")), (pcall(secret.env, "INFISICAL_TOKEN")), (pcall(secret.env, "infisical_token")),
  secret.env("GITHUB_TOKEN"))
