-- idea: a text put around a value comes back from a program, and whether it can be taken apart tells a part of the value
-- oracle: same
-- out: false	false	false	false	false	false
-- out: true	true	true
local s = getSecret("TOKEN")
local function echoed(made) return spawn{ "cat", stdin = made, capture = "secret", raw = true }.stdout end
local json = secret.template('{"a":"\\u00${h}","b":"public value"}', { h = secret.hex(s) })
local inner = secret.template('{"a":"${s}","b":"public value","c":{"d":"another one"}}', { s = s })
spawn{ "cat", stdin = json, stdout = { file = "echoed.json" } }
print((pcall(secret.field, echoed(json), "a")), (pcall(secret.field, secret.file("echoed.json"), "a")),
  (pcall(spawn, { "cat", stdin = json, capture = true, secrets = { "a" } })),
  (pcall(secret.base64Decode, echoed(secret.template("QUJD${s}", { s = s })))),
  (pcall(secret.field, echoed(inner), "a")), (pcall(spawn, { "cat", stdin = inner, capture = true, secrets = { "b", "a" } })))
fs.remove("echoed.json")
local taken = spawn{ "cat", stdin = inner, capture = true, secrets = { "b", "c.d" } }
print((pcall(secret.field, echoed(inner), "b")), taken.secrets.b ~= nil,
  taken.stdout == '{"a":"[secret:TOKEN]","b":"[secret:b]","c":{"d":"[secret:c.d]"}}')
