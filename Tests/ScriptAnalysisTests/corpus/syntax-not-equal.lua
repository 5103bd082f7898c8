local n = 1
if n != 1 then print(n) end --> syntax: not equal is written ~=
