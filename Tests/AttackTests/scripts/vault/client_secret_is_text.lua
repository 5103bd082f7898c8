-- idea: a secret of the vault is sent as the client's secret, and the refusal shows it
-- out: false
local ok, e = pcall(login, { clientSecret = getSecret("TOKEN"), clientId = "someone" })
io.stderr:write(tostring(ok) .. tostring(e), "\n")
print((pcall(login, { clientSecret = getSecret("CFG"), clientId = "someone" })))
