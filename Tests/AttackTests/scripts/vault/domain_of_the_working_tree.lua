-- idea: .infisical.json and .env in the working folder name another host
-- out: [secret:TOKEN]
spawn{ "sh", "-c", [[echo '{"workspaceId":"x","domain":"http://127.0.0.1:9","defaultEnvironment":"prod"}' >.infisical.json; echo INFISICAL_DOMAIN=http://127.0.0.1:9 >.env; mkdir -p .vaultscript; cp .env .vaultscript/config]] }
print(getSecret("TOKEN"))
