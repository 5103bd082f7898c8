-- idea: the metatable of a secret, a session and an error is read, taken and set
-- out: false	false	false
-- out: false	false	false
-- out: false	false
local s, vault = getSecret("TOKEN"), login()
local _, e = pcall(getSecret)
print(getmetatable(s), getmetatable(vault), getmetatable(e))
print((pcall(setmetatable, s, {})), (pcall(setmetatable, vault, nil)), (pcall(setmetatable, e, {})))
print((pcall(setmetatable, {}, getmetatable(s))), (pcall(setmetatable, {}, s)))
