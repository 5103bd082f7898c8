-- idea: the program to start is vaultscript itself, to log in with the host's credentials
-- contains: there are no credentials
-- lacks: [secret:
login()
local r = spawn{ "/proc/self/exe", "-e", "print(getSecret('TOKEN'))", capture = "merge", check = false }
print(r.stdout)
