-- idea: a draw of secret.random that a granted program tells in two pieces is a text that the script knows, and counts as one that nobody can
-- guess: TOKEN 1
-- oracle: same
-- out: apart
-- out: apart
local token = getSecret("TOKEN")
for _, guess in ipairs { arg[1], arg[2] } do
  local known
  while not known do
    local draw = secret.random(22, { alphabet = guess .. (guess == "z" and "y" or "z") })
    local tell = 'printf %s "$R" | cut -c'
    local first = spawn{ "sh", "-c", tell .. "1-3", env = { R = draw }, capture = true }.stdout:sub(1, 3)
    local rest = spawn{ "sh", "-c", tell .. "4-", env = { R = draw }, capture = true }.stdout:sub(1, 19)
    if rest:sub(-1) == guess then known = first .. rest:sub(1, -2) end
  end
  local out = spawn{ "sh", "-c", 'printf %s%s "$1" "$T"', "sh", known, env = { T = token }, capture = true }.stdout
  print(out == known .. "[secret:TOKEN]" and "apart" or "together")
end
