-- idea: the part of a value before its = becomes the name of a setting
-- contains: refused
-- lacks: taken
-- wrote: value.env
local value = secret.template("${t}==", { t = getSecret("TOKEN") })
spawn{ "printenv", "V", env = { V = value }, stdout = { file = "value.env" } }
local ok, settings = pcall(secret.dotenv, "value.env")
if ok then
  for name in pairs(settings) do print("taken", name) end
else
  print("refused", settings)
end
