-- idea: a value of several lines as a JSON text, in a JSON document
-- needs: jq
-- contains: [secret:PEM]
spawn{ "sh", "-c", [[jq -n '{key: env.P, list: [env.P]}'; jq -nc 'env.P | split("\n")']], env = { P = getSecret("PEM") } }
