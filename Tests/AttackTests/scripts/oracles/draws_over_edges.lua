-- idea: draws of few letters that cross the beginning of a value's edges in base64, in a text of the script's own before it
-- out: true	true
recipe{ name = "x", programs = { "cat" }, secrets = { "TOKEN" } }
local made = secret.base64(secret.template("xx${t}yy", { t = getSecret("TOKEN") }))
local text = secret.template("qz${made}", { made = made })
local function show() return spawn{ "cat", stdin = text, capture = true }.stdout end
local first = show()
for i = 1, 900 do secret.random(4, { alphabet = "qzeH" }):close() end
print(first == show(), first:sub(1, 2) == "qz")
