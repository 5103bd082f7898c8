-- idea: more handles than there is secret memory, then the run goes on
-- out: [secret:TOKEN]
-- out: [secret:PEM]
local token, base = getSecret("TOKEN"), getSecret("PEM")
local kept = {}
for i = 1, 400 do
  local ok, s = pcall(secret.template, i .. ("${a}"), { a = base })
  if not ok then break end
  kept[i] = s
end
spawn{ "printenv", "T", env = { T = token } }
spawn{ "printenv", "T", env = { T = base } }
