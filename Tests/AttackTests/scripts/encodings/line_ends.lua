-- idea: a value of several lines with CRLF, CR and blanks for its line ends
-- lacks: -----END PRIVATE KEY-----x
local r = spawn{ "sh", "-c", [[printf %s "$P" | sed 's/$/\r/'; printf '%s\n' "$P" | tr '\n' ' '; printf '%s\n' "$P" | tr '\n' '\r']], env = { P = getSecret("PEM") }, capture = true }
io.write(r.stdout)
assert(r.leaks >= 3, r.leaks)
