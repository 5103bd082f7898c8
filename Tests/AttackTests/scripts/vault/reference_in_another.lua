-- idea: an open reference into a declared folder hides the one behind it, or one to another project, from the host
-- out: denied	denied	denied
recipe{ name = "r", secrets = { "OUT", { path = "/web" }, { name = "TOKEN", env = "@other", path = "/dev" } } }
local vault = login()
local function kind(text)
  local ok, e = pcall(vault.putSecret, vault, "OUT", secret.template(text, {}))
  return ok and "written" or e.kind
end
print(kind("$${dev.web.x$${TOKEN}"), kind("$${dev.web.x\n$${TOKEN}"), kind("$${@other.dev.TOKEN}"))
