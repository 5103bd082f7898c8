-- idea: a secret is encoded, at every depth, as a value and as a key
-- out: false	false	false	false	false	false
local s = getSecret("TOKEN")
local deep = s
for _ = 1, 30 do deep = { a = deep } end
print((pcall(json.encode, s)), (pcall(json.encode, { s })), (pcall(json.encode, { a = s })), (pcall(json.encode, { [s] = 1 })),
  (pcall(json.encode, deep)), (pcall(json.decode, s)))
