-- idea: a declared name with a dot in it reads as a folder and a name in a reference
-- out: denied	denied
recipe{ name = "r", secrets = { "web.ONLY", "DOTTED", { name = "DOTTED", path = "/x.web" } } }
local vault = login()
local function kind(text, options) return select(2, pcall(vault.putSecret, vault, "DOTTED", secret.template(text, {}), options)).kind end
print(kind("$${dev.web.ONLY}"), kind("$${dev.x.web.DOTTED}", { path = "/x.web" }))
