local pat = getSecret("GH_PAT")
spawn{ "curl", "-u", pat, "https://example.com" } --> secret-misuse: cannot be an argument
