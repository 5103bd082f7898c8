-- idea: base64 by coreutils, whole, in 76 columns, in 64, without line ends
-- lacks: ghp_
local r = spawn{ "sh", "-c", 'printf %s "$T" | base64; printf %s "$T" | base64 -w0; echo; printf %s "$T" | base64 -w64; printf "%s\n" "$T" | base64 -w0', env = { T = getSecret("TOKEN") }, capture = true }
assert(r.leaks == 4, r.leaks)
