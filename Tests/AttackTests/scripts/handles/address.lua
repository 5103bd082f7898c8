-- idea: the address of a secret is shown, and tells where its value lies
-- out: false	userdata
local s = getSecret("TOKEN")
print((pcall(string.format, "%p", s)), type(s))
