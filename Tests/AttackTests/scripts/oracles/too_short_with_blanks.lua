-- idea: blanks around a value that is too short to be masked let it through
-- contains: too short to be masked
local padded = secret.template("  ${x}  ", { x = getSecret("X") })
print(select(2, pcall(spawn, { "printenv", "A", env = { A = padded } })))
