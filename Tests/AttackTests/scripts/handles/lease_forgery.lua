-- idea: methods of a lease are called on a table that looks like one
-- out: false	false	false
local vault = login()
local ok, e = pcall(vault.lease, vault, "none")
local fake = { name = "none", id = "x", secrets = {}, lease = 0, number = 0 }
print(ok, (pcall(function() return fake:revoke() end)), (pcall(vault.lease, fake, "none")))
