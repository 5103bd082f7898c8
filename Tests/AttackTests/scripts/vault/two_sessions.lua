-- idea: two sessions, one closed, and secrets of one used with the other
-- out: [secret:TOKEN]	[secret:EIGHT]
local a, b = login(), login()
local s = a:getSecret("TOKEN")
a:logout()
print(s, b:getSecret("EIGHT"))
spawn{ "true", env = { T = s } }
