-- idea: login options that are odd, unknown or of another type
-- out: 0 logged in
local logged = 0
for _, options in ipairs {
  "x", 1, { verify = false }, { insecure = true }, { proxy = "http://127.0.0.1:9" }, { clientSecret = "text" }, { clientSecret = {} }, { method = "none" }, { provider = "file" },
  { project = {} }, { env = 1.5 }, { token = "x" }, { [1] = "x" }, { domain = {} }, { allowHttp = true }, { ca = "/etc/passwd" }, { headers = { A = "b" } },
} do
  if pcall(login, options) then logged = logged + 1 io.stderr:write(json.encode(options), "\n") end
end
print(logged .. " logged in")
