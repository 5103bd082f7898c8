-- idea: KELVIN SIGN in the name of a variable, which as text equals K: the user's own token by another name
-- environment: INFISICAL_TOKEN=a-token-of-the-user-0123456789
-- out: 0 given
-- lacks: a-token-of-the-user
local name, given = "INFISICAL_TO\u{212A}EN", 0
local ways = {
  function() return secret.env(name) end,
  function() return spawn{ "true", passEnv = { name } } end,
  function() return os.getenv(name) end,
  function() return os.getenv("HO\u{4D}E\u{301}") end,
  function() return spawn{ "true", env = { ["BASH_FUNC_\u{301}x%%"] = "() { :; }" } } end,
  function() return secret.env("GITHUB_TO\u{212A}EN") end,
}
for _, way in ipairs(ways) do
  if pcall(way) then given = given + 1 end
end
print(given .. " given")
