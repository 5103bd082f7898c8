local n = 1
n += 1 --> syntax: Lua has no += or ++
