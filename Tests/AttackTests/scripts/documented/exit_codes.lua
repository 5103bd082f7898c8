-- idea: a granted program gives a value away by its exit codes, one byte a run
-- out: [secret:EIGHT]
local s, bytes = getSecret("EIGHT"), {}
for i = 1, 8 do
  bytes[i] = string.char(spawn{ "python3", "-c", ("import os, sys; sys.exit(ord(os.environ['T'][%d]))"):format(i - 1), env = { T = s }, check = false }.code)
end
print(table.concat(bytes))
