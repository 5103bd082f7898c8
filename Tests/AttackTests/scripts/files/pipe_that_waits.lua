-- idea: the host's look at a named pipe that is to be written ends a writer that waits there for a reader
-- out: spawn: stdout: the file p cannot be written
-- out: still waiting
spawn{ "mkfifo", "p" }
local writer <close> = spawn{ "sh", "-c", "exec printf text >p", background = true, check = false }
sleep(0.3)
local ok, e = pcall(spawn, { "true", stdout = { file = "p" } })
print(ok or e.message)
sleep(0.2)
print(writer:running() and "still waiting" or "it was ended")
