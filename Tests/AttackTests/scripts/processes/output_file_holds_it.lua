-- idea: what a program writes to a file of its own is not masked: documented, and its mode is private
-- wrote: kept
-- out: 600
-- out: [secret:TOKEN]
spawn{ "printenv", "T", env = { T = getSecret("TOKEN") }, stdout = { file = "kept" } }
spawn{ "stat", "-c", "%a", "kept" }
spawn{ "cat", "kept" }
fs.remove("kept")
