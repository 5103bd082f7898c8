local vault = login()
local pat = vault:getSecret("GH_PAT")
print(pat .. "") --> secret-misuse: cannot be joined to a text
