goto done --> syntax: jumps past the declaration of n
local n = 1
::done::
print(n)
