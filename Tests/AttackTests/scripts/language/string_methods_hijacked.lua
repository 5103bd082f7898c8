-- idea: the methods that all strings have are replaced before host code runs
-- out: [secret:TOKEN]
-- out: calls got no value
local texts, given = 0, {}
for name, f in pairs(string) do
  string[name] = function(...)
    for i = 1, select("#", ...) do given[#given + 1] = (select(i, ...)) end
    return f(...)
  end
end
local s = getSecret("TOKEN")
spawn{ "printenv", "T", env = { T = s } }
pcall(spawn, { "false" })
pcall(json.decode, '{"a":[1,2]}')
print(#given >= 0 and "calls got no value")
for _, x in ipairs(given) do io.stderr:write(tostring(x), "\n") end
