-- idea: masked text from a program is raised, logged, put in an error's fields and encoded
-- exit: 1
-- error: [secret:TOKEN]
local text = spawn{ "printenv", "T", env = { T = getSecret("TOKEN") }, capture = true }.stdout
log.info(text, { text = text, list = { text } })
print(json.encode { text })
error(text)
