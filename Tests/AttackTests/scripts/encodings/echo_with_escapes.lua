-- idea: echo of dash and of zsh reads backslashes in a value as escapes, and prints another text
-- needs: zsh
-- out: nothing of it
local value = spawn{ "sh", "-c", [[printf %s "$T" | sed 's/.\{9\}/&\\\\\\t\\q\\e/g']], env = { T = getSecret("TOKEN") }, capture = "secret" }.stdout
for _, shell in ipairs { "dash", "zsh" } do
  local r = spawn{ shell, "-c", 'echo "$T"', env = { T = value }, capture = true }
  io.stderr:write(r.stdout)
end
print("nothing of it")
