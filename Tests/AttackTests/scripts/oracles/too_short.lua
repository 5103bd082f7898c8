-- idea: "too short to mask" tells more than that a value has under four bytes
-- oracle: same
-- contains: X
print((select(2, pcall(spawn, { "true", env = { X = getSecret("X") } })).message))
