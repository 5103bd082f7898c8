-- idea: a granted program prints a value in two runs: each half is no value
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
local function half(range) return spawn{ "cut", "-c", range, stdin = s, capture = true }.stdout:gsub("\n", "") end
print(half("1-20") .. half("21-"))
