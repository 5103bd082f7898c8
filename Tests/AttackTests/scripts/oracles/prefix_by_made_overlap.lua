-- idea: a secret of the script's own making reaches into a value; the mask of both shows whether the guess was right
-- oracle: same
-- guess: TOKEN 6
-- out: abcd?[secret:TOKEN]?wxyz
-- out: abcd?[secret:TOKEN]?wxyz
-- out: abcd?[secret:TOKEN]?wxyz
-- out: abcd?[secret:TOKEN]?wxyz
local token = getSecret("TOKEN")
local function shown(made)
  local text = spawn{ "printenv", "A", "B", "C", env = { A = "abcd", B = token, C = "wxyz" }, capture = true }.stdout
  made:close()
  return (text:gsub("\n$", ""):gsub("\n", "?"))
end
for i = 1, 2 do
  print(shown(secret.template("abcd\n" .. arg[i], {})))
  print(shown(spawn{ "printf", "%s", "abcd\n" .. arg[i], capture = "secret" }.stdout))
end
