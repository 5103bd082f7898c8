local token = getSecret("A") --> recipe-avoided: getSecret is called before the recipe{}
local p = recipe{ name = "late", secrets = { "A" } }
print(p, token)
