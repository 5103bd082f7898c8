-- idea: one value two hundred times in a template reaches a limit by its length
-- oracle: same
-- contains: true
local s = getSecret("TOKEN")
local text, fields = {}, {}
for i = 1, 200 do
  text[i], fields["f" .. i] = "${f" .. i .. "}", s
end
local ok, e = pcall(secret.template, table.concat(text), fields)
print(ok, ok or e.message)
