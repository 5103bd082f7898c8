local pat = getSecret("GH_PAT")
if pat == "changeme" then fail("default") end --> secret-misuse: a secret is never equal to
