-- idea: a value that the author knows, without its first character, behind another one that may end with it, in a file that tasks read side by side: each would learn that
-- environment: CI_KEY=zlots-of-it
-- exit: 78
-- error: the secrets LOW and CI_KEY overlap in a text
-- lacks: lots-of-it
-- wrote: joined
recipe{ name = "x", programs = { "sh" }, secrets = { "LOW" } }
spawn{ "sh", "-c", 'printf %s "$V$1" > joined', "sh", "lots-of-it", env = { V = getSecret("LOW") } }
local tasks = {}
for i = 1, 5 do tasks[i] = function() print(i, (fs.read("joined"))) end end
parallel(tasks)
print("went on")
