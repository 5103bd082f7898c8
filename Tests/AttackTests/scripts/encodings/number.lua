-- idea: a short value of digits inside longer numbers
-- lacks: 123[secret
-- contains: [secret:PIN]
spawn{ "sh", "-c", 'echo "$P"; echo "x${P}y"', env = { P = getSecret("PIN") } }
