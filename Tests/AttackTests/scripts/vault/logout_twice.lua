-- idea: sessions are closed twice, in <close>, and renewed after
-- out: [secret:TOKEN]
do local vault <close> = login() vault:getSecret("EIGHT") end
local vault = login()
pcall(vault.logout, vault) pcall(vault.logout, vault) pcall(vault.renew, vault)
login()
print(getSecret("TOKEN"))
