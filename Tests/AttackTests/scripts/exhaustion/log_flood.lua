-- idea: a flood of log lines with large fields
-- out: done
for i = 1, 500 do log.warn("line", { i = i, text = ("x"):rep(1000) }) end
pcall(log.warn, ("x"):rep(3 << 20))
print("done")
