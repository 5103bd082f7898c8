recipe{ name = "x", secrets = {} }
print(secret.env("GITHUB_TOKEN")) --> undeclared-secret: env:GITHUB_TOKEN
