local pat = getSecret("GH_PAT")
pat.value = "x" --> secret-misuse: cannot be changed
