-- idea: every form of a derived secret is printed by a program that was given it
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
for _, make in ipairs { secret.base64, secret.hex, secret.urlEncode, secret.trim } do
  spawn{ "printenv", "D", env = { D = make(s) } }
end
