-- idea: a recipe that declares one secret and no host writes it to an account of its author's at the user's own host
-- out: denied	login: the host 127.0.0.1 is not declared by this recipe
-- out: denied	login: the host 127.0.0.1 is not declared by this recipe
-- out: denied	login: the host 127.0.0.1 is not declared by this recipe
recipe{ name = "attack", secrets = { "TOKEN" } }
local token = getSecret("TOKEN")
local made = secret.template("of-the-author", {})
fs.write("own.env", "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=a\nINFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=of-the-author\n", { mode = "0600" })
for _, options in ipairs{
  { clientId = "author", clientSecret = made }, { method = "jwt", identityId = "author", jwt = made },
  { credentials = "own.env" },
} do
  local ok, e = pcall(function() return login(options):putSecret("TOKEN", token) end)
  print(ok and "written" or e.kind, ok or (e.message:gsub(":%d+ is", " is")))
end
