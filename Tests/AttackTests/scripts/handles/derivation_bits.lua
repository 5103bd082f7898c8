-- idea: whether a derivation fails tells something of a value: here, that it begins with four hexadecimal digits
-- oracle: same
-- out: false	false	false	false
local s = getSecret("TOKEN")
local function asks(way, made, ...) return (pcall(secret[way], made, ...)) end
local json = secret.template('{"a":"\\u${s}"}', { s = s })
print(asks("field", json, "a"), asks("base64Decode", secret.hex(s)), asks("base64Decode", secret.template("A${s}", { s = s })),
  asks("field", secret.trim(json), "a"))
