-- idea: a granted program prints a value's base64 in lines, with a pause between two of them, to a script that takes lines
-- out: [secret:TOKEN]
-- out: 2
local code = [[printf %s "$T" | base64 -w "$1" | while read line; do echo "$line"; sleep "$2"; done]]
local function lines(width, pause)
  local count, text = 0, ""
  local p = spawn{ "sh", "-c", code, "sh", width, pause, env = { T = getSecret("TOKEN") }, capture = true, background = true }
  for line in p:lines() do count, text = count + 1, text .. line end
  return count, text
end
print(select(2, lines(30, 0)))
local count, text = lines(30, 0.7)
print(text:find("[secret:", 1, true) and "masked" or count)
