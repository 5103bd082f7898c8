-- idea: hex by xxd, od and hexdump, plain, spaced, with colons, in both cases
-- needs: xxd
-- needs: od
-- needs: hexdump
-- out: 6
local script = [[
printf %s "$T" | xxd -p -c 256; printf %s "$T" | xxd -u -p -c 256; printf %s "$T" | od -An -v -tx1 -w256
printf %s "$T" | hexdump -v -e '/1 "%02x"'; echo; printf %s "$T" | hexdump -v -e '/1 "%02X:"'; echo; printf %s "$T" | hexdump -v -e '/1 "%02x "'; echo]]
local r = spawn{ "sh", "-c", script, env = { T = getSecret("TOKEN") }, capture = true }
io.stderr:write(r.stdout)
print(r.leaks)
