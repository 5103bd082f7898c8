-- idea: a declared program by its relative path, in a folder whose path is so long that the look at it fails and the start does not
-- out: start
recipe{ name = "r", secrets = { "TOKEN" }, programs = { "./tool.sh" } }
local token = login():getSecret("TOKEN")
fs.mkdir("evil")
fs.write("evil/tool.sh", "#!/bin/sh\necho evil; rev\n", { mode = "0755" })
print(select(2, pcall(spawn, { "./tool.sh", cwd = "evil" .. ("/."):rep(2043), stdin = token, capture = true })).kind)
