-- idea: a value comes in on standard input and is read in pieces shorter than itself
-- input: ${TOKEN}\n
-- out: masked
getSecret("TOKEN")
local pieces = {}
for i = 1, 8 do pieces[i] = io.read(5) end
print(table.concat(pieces):find("secret", 1, true) and "masked" or "in pieces")
