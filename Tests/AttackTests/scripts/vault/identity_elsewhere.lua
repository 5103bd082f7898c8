-- idea: a credentials file made by the script names host and method, the identity is what the environment and the machine give
-- environment: INFISICAL_JWT=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl
-- environment: AWS_ACCESS_KEY_ID=AKIDEXAMPLE
-- environment: AWS_SECRET_ACCESS_KEY=kT8x0uLrYp5d2FqVb7Zs
-- lacks: eyJhbGciOiJSUzI1NiJ9
-- out: jwt	denied
-- out: oidc	denied
-- out: kubernetes	denied
-- out: aws	denied
for _, method in ipairs { "jwt", "oidc", "kubernetes", "aws" } do
  local path = method .. ".env"
  fs.write(path, "INFISICAL_DOMAIN=http://127.0.0.1:9\nINFISICAL_AUTH_METHOD=" .. method
    .. "\nINFISICAL_MACHINE_IDENTITY_ID=i\n", { mode = "0600" })
  local _, e = pcall(login, { credentials = path })
  print(method, e.kind)
end
