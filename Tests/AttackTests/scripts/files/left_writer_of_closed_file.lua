-- idea: as files/writer_left_behind, with a file that cannot be opened for reading, so that nobody can be asked who writes it
-- needs: setsid
-- wrote: A
-- out: spawn: stdout: the file A is being written already, by another part of this run
local token = getSecret("TOKEN")
spawn{ "setsid", "--fork", "sh", "-c", "sleep 1; printf AAAA", stdout = { file = "A", mode = "0200" } }
local ok, e = pcall(spawn, { "printenv", "T", env = { T = token }, stdout = { file = "A" } })
print(ok and "it was written" or e.message)
sleep(1.5)
spawn{ "chmod", "0600", "A" }
io.write(fs.read("A"):gsub("AAAA", ""), "")
