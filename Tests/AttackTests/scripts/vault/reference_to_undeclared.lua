-- idea: a recipe's list is passed by a reference that the script writes itself and has the vault follow
-- oracle: same
-- out: denied	denied	denied	denied	denied
recipe{ name = "r", secrets = { "TOKEN", "NEWREF" }, programs = {} }
local vault = login()
local s = vault:getSecret("TOKEN")
local function kind(made)
  local ok, e = pcall(vault.putSecret, vault, "NEWREF", made)
  return ok and "written" or e.kind
end
local dollar = secret.template("$", {})
local _, e = pcall(vault.putSecrets, vault, { NEWREF = secret.template("x $${SPECIAL} y", {}) })
print(kind(secret.template("$${dev.web.ONLY}", {})), e.kind, kind(secret.template("${d}${s}", { d = dollar, s = s })),
  kind(secret.template("${s}{ONLY}", { s = s })), kind(secret.template("${d}{a${s}", { d = dollar, s = s })))
