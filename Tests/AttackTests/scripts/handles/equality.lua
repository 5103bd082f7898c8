-- idea: two secrets of one value, and a guess, are compared and used as keys
-- oracle: same
-- guess: TOKEN
-- out: false	false	nil	nil	false	true
local a, b = getSecret("TOKEN"), getSecret("TOKEN")
local keyed = { [a] = true }
print(a == b, a == arg[1], keyed[b], keyed[arg[1]], rawequal(a, b), a == a)
