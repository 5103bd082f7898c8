-- idea: another variable of the environment holds a copy of a value
-- environment: PLAIN_COPY=x${TOKEN}y
-- out: x[secret:TOKEN]y	16
getSecret("TOKEN")
local text = os.getenv("PLAIN_COPY")
print(text, #text)
