-- idea: a recipe's result carries a secret out: as a handle, as a key, by a metatable, by an error of the encoder
-- exit: 2
-- error: the result.deep[1].token is the secret TOKEN, which has no form in a result
recipe{ name = "attack", secrets = { "TOKEN" } }
local t = getSecret("TOKEN")
return setmetatable({ deep = { { token = t } } }, { __tostring = function() return "x" end, __pairs = function() return next, {} end })
