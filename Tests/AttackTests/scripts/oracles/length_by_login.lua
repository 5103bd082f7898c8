-- idea: what is logged in with is sent in a body of limited size, which a client id fills up to the length of the secret beside it
-- oracle: same
-- out: usage	usage	usage	usage
local s = login():getSecret("TOKEN")
local kinds = {}
for place, options in ipairs {
  function(text) return { method = "universal-auth", clientId = text, clientSecret = s } end,
  function(text) return { clientId = text } end,
  function(text) return { method = "jwt", identityId = text, jwt = s } end,
  function(text) return { clientId = "x", clientSecret = s, organization = text } end,
} do
  for _, size in ipairs { 1025, 65400, 65450, 65536, 262000, 262144 } do
    local _, e = pcall(login, options(("x"):rep(size)))
    kinds[place] = (kinds[place] == nil or kinds[place] == e.kind) and e.kind or "differs"
  end
end
print(table.concat(kinds, "\t"))
