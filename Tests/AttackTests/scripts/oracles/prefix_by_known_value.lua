-- idea: a value that the author knows, without its last character, before another value that may begin with it: both would become one mask
-- environment: CI_KEY=deploybot-g
-- exit: 78
-- error: the secrets CI_KEY and TOKEN overlap in a text
-- out: PIN	false
recipe{ name = "x", programs = { "cat" }, secrets = { "TOKEN", "PIN" } }
local function begins(name)
  local text = spawn{ "cat", stdin = secret.template("deploybot-${v}", { v = getSecret(name) }), capture = true,
    allowShort = true }.stdout
  return not text:find("deploybot-", 1, true)
end
print("PIN", begins("PIN"))
print("TOKEN", pcall(begins, "TOKEN"))
print("went on")
