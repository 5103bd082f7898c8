-- idea: fs opens a pipe that nobody writes and a socket, and waits for ever
-- out: false	false
spawn{ "mkfifo", "pipe" }
print((pcall(fs.read, "pipe")), (pcall(fs.copy, "pipe", "copy")))
pcall(fs.write, "pipe", "x")
