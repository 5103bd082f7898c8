-- idea: search patterns that grow without end
-- out: done
fs.mkdir("a")
fs.mkdir("a/b")
for _, pattern in ipairs { ("*/"):rep(500), ("**/"):rep(50) .. "x", ("{a,b}"):rep(25), ("*"):rep(2000) .. "y", "[" .. ("a-z"):rep(5000), ("?"):rep(100000), ("a/../"):rep(300) .. "*" } do pcall(fs.glob, pattern) end
print("done")
