-- idea: whether a derivation fails tells something of a value: here, that it begins with four hexadecimal digits
-- out: true	false
local function hexadecimal(s) return (pcall(secret.field, secret.template('{"a":"\\u${s}"}', { s = s }), "a")) end
print(hexadecimal(getSecret("PIN")), hexadecimal(getSecret("TOKEN")))
