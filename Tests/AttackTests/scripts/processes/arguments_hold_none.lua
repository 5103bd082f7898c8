-- idea: the arguments of the host, its worker and its children show a value
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
local k = secret.template("key=${t}", { t = s })
local r = spawn{ "sh", "-c", "cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '", "${file:K}", files = { K = k }, env = { T = s }, stdin = s, capture = true }
if r.leaks > 0 then print("leaks", r.leaks) end
spawn{ "printenv", "T", env = { T = s } }
