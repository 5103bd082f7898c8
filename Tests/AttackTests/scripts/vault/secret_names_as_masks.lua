-- idea: a program is named so that its mask looks like another's, or drives the terminal
-- lacks: \e
-- contains: [secret:
spawn{ "sh", "-c", [[ln -s /usr/bin/printenv 'a] [secret:TOKEN'; ln -s /usr/bin/printenv "$(printf 'x\033[2Jy')"]] }
local T = getSecret("TOKEN")
for _, name in ipairs { "./a] [secret:TOKEN", "./x\27[2Jy" } do
  local s = spawn{ name, "E", env = { E = getSecret("EIGHT") }, capture = "secret" }.stdout
  print(s)
  io.stderr:write(s:name(), "\n")
end
spawn{ "sh", "-c", "rm -f ./a* ./x*" }
