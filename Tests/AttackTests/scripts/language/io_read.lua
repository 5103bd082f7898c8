-- idea: io.read with every argument, beyond the end of the input
-- input: one\ntwo\nthree
-- out: one	tw	false	false	false	nil	nil
local a, b = io.read(), io.read(2)
local wrong = { (pcall(io.read, "n")), (pcall(io.read, -1)), (pcall(io.read, "x")) }
io.read("a")
print(a, b, wrong[1], wrong[2], wrong[3], io.read("l"), io.read(1))
