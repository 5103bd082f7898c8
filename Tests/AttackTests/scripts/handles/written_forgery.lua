-- idea: a text, a table or a session is written to the vault as if it were a secret
-- out: false	false	false	false	false
local vault = login()
local function put(value) return (pcall(vault.putSecret, vault, "NEW", value)) end
print(put("text"), put({ name = "TOKEN", index = 1, generation = 1 }), put(vault), put(setmetatable({}, { __name = "a secret" })),
  (pcall(vault.putSecrets, vault, { NEW = "text" })))
