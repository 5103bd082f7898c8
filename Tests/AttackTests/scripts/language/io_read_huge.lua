-- idea: io.read is asked for more bytes than there is memory
-- input: short
-- out: true
local ok, text = pcall(io.read, math.maxinteger)
print(ok and text == "short" or not ok)
