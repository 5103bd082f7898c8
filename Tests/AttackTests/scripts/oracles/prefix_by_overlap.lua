-- idea: the mask of one value grows over the beginning of another
-- oracle: same
-- guess: TOKEN 10
-- out: true	true
local s = getSecret("EIGHT")
getSecret("TOKEN")
for i = 1, 2 do
  local text = spawn{ "sh", "-c", 'printf %s%s "$E" "$1"', "x", arg[i], env = { E = s }, capture = true }.stdout
  arg[i] = text == "[secret:EIGHT]" .. arg[i]
end
print(arg[1], arg[2])
