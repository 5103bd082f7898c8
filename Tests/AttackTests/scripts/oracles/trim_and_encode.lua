-- idea: whether a derivation changed a value is told
-- oracle: same
-- out: false	false	false
local s = getSecret("TOKEN")
print(secret.trim(s) == s, secret.urlEncode(s) == s, secret.trim(secret.trim(s)) == secret.trim(s))
