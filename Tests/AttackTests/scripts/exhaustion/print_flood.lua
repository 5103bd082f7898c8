-- idea: a flood of lines, of one huge line, of lines on both streams
-- contains: end of the flood
for i = 1, 3000 do io.stderr:write("line ", i, "\n") end
print(("x"):rep(3 << 20):sub(1, 1 << 20))
for i = 1, 3000 do print(i) end
print("end of the flood")
