-- idea: rawget, rawset, rawlen, rawequal, next, pairs and ipairs on a secret
-- out: false	false	false	false	false	false	true
local s = getSecret("TOKEN")
print((pcall(rawget, s, 1)), (pcall(rawset, s, 1, 2)), (pcall(rawlen, s)), (pcall(next, s)), (pcall(pairs, s)),
  (pcall(function() for _ in ipairs(s) do end end)), rawequal(s, s))
