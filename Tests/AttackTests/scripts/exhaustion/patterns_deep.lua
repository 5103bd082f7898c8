-- idea: patterns that nest, repeat and refer back until something gives
-- out: done
pcall(string.find, ("a"):rep(30000), ("(a"):rep(32) .. (")"):rep(32))
pcall(string.match, ("("):rep(10000), "%b()")
pcall(string.gsub, "x", "%f[%w]*", "")
pcall(string.find, "x", "[" .. ("a-z"):rep(10000))
pcall(string.find, "x", "%")
pcall(string.rep, "%g*", 1000)
print("done")
