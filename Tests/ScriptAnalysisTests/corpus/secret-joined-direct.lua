print("https://x:" .. getSecret("GH_PAT") .. "@h/") --> secret-misuse: cannot be joined to a text
