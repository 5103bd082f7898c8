-- idea: fs writes a file that a program has left to another one, which then writes over the beginning of a value in what was copied
-- needs: setsid
-- wrote: source
-- out: fs.copy: the file B is being written already, by another part of this run
-- out: fs.write: the file B is being written already, by another part of this run
-- out: fs.write: the file B is being written already, by another part of this run
-- out: AAAA
local token = getSecret("TOKEN")
spawn{ "printenv", "T", env = { T = token }, stdout = { file = "source" } }
spawn{ "setsid", "--fork", "sh", "-c", "sleep 1; printf AAAA", stdout = { file = "B" } }
for _, try in ipairs {
  function() fs.copy("source", "B") end,
  function() fs.write("B", "text") end,
  function() fs.write("B", "text", { append = true }) end,
} do
  local ok, e = pcall(try)
  print(ok and "it was written" or e.message)
end
sleep(1.5)
print(fs.read("B"))
