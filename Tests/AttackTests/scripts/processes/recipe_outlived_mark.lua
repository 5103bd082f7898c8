-- idea: a declared program that outlives the run without its mark starts a vaultscript that logs in as the user
-- out: denied
recipe{ name = "r", secrets = {}, programs = { "true" } }
print(select(2, pcall(spawn, { "true", detach = true, newPrivileges = true })).kind)
