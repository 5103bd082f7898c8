-- idea: a secret is printed in every way there is
-- out: [secret:TOKEN]
print(getSecret("TOKEN"))
