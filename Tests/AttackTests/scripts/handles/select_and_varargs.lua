-- idea: select, varargs and table.pack count something in a secret
-- out: 1	false	[secret:TOKEN]	1
local s = getSecret("TOKEN")
print(select("#", s), (pcall(select, s, 1)), (select(-1, s)), table.pack(s).n)
