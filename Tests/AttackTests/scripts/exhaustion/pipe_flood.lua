-- idea: a pipe whose reader stops early, and one whose reader never starts
-- out: y
pcall(pipe, { { "yes" }, { "no such program" } })
pcall(pipe, { { "yes" }, { "true" } })
io.write((select(2, pcall(pipe, { { "yes" }, { "head", "-n", "1" }, capture = true, check = false })).stdout))
