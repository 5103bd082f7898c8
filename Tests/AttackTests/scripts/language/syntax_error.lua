-- idea: the message of a syntax error quotes what a program printed
-- out: true
local text = spawn{ "sh", "-c", "printf 'x = = %s' $T", env = { T = getSecret("TOKEN") }, capture = true }.stdout
local f, message = load(text)
print(f == nil and message:find("near") ~= nil)
io.stderr:write(message)
