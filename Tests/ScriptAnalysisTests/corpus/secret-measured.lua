local pat = getSecret("GH_PAT")
if #pat == 0 then fail("empty") end --> secret-misuse: a value's length is part of the value
