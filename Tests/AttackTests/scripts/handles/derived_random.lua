-- idea: a random secret is printed, told by its name, or made again
-- out: true
local a, b = secret.random(32), secret.random(32)
local r = spawn{ "sh", "-c", 'echo "$A $B"; test "$A" != "$B" && echo differ', env = { A = a, B = b }, capture = true }
print(r.leaks == 2 and r.stdout:find("differ") ~= nil)
