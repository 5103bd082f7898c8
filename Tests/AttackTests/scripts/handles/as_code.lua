-- idea: a secret is loaded as code, given by a reader, named a chunk, made an environment, required
-- out: false	nil	false	false	false
local s = getSecret("TOKEN")
local function reads() return s end
local ok, f = pcall(load, reads)
print((pcall(load, s)), ok and f or nil, (pcall(load, "return 1", s)), (pcall(load("return value", "x", "t", s))), (pcall(require, s)))
