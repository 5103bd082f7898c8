-- idea: a request whose url and headers are about as long as can be sent is refused by a value's length
-- oracle: same
-- out: 24	network	limit
-- out: 28	network	limit
-- out: 40	limit	limit
recipe{ name = "length", secrets = { "TOKEN" }, programs = {}, hosts = { "127.0.0.1:9" } }
local token = getSecret("TOKEN")
local large = secret.template(("x"):rep(150000) .. "${t}", { t = token })
for _, count in ipairs { 24, 28, 40 } do
  local headers = {}
  for i = 1, count do headers["X-" .. i] = ("x"):rep(16000) end
  headers.A = secret.template("${t}${t}${t}${t}", { t = token })
  local _, first = pcall(http.request, { url = "http://127.0.0.1:9/", headers = headers })
  headers.B = large
  local _, second = pcall(http.request, { url = "http://127.0.0.1:9/", headers = headers })
  print(count, first.kind, second.kind)
end
