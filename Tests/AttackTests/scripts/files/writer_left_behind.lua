-- idea: a program ends and leaves one behind that still writes its output file, over the beginning of what the next prints
-- needs: setsid
-- wrote: A
-- out: spawn: stdout: the file A is being written already, by another part of this run
local token = getSecret("TOKEN")
spawn{ "setsid", "--fork", "sh", "-c", "sleep 1; printf AAAA", stdout = { file = "A" } }
local ok, e = pcall(spawn, { "printenv", "T", env = { T = token }, stdout = { file = "A" } })
print(ok and "it was written" or e.message)
sleep(1.5)
io.write(fs.read("A"):gsub("AAAA", ""), "")
