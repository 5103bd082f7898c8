print("x" .. secret.env("GITHUB_TOKEN")) --> secret-misuse: cannot be joined to a text
