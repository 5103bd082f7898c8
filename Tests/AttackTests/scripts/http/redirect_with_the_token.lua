-- idea: the named server sends the request on to another one, with every status and way of writing the place
-- needs: python3
-- out: nothing was sent on
local code = [==[
import http.server, sys, base64
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = (self.headers.get("Authorization") or body.decode("latin1") or self.path).encode("latin1")
        import urllib.parse
        if self.path.startswith("/got"): print("GOT", token, flush=True)
        code, _, place = urllib.parse.unquote(self.path[1:]).partition(" ")
        self.send_response(int(code) if code.isdigit() else 200)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_GET = do_POST = answer
    def log_message(self, *a): pass
for port in map(int, sys.argv[1:]):
    try: server = http.server.ThreadingHTTPServer(("127.0.0.1", port), H)
    except OSError: continue
    print(port, flush=True)
    server.serve_forever()
]==]
local ports, hosts = {}, {}
for i = 1, 4 do ports[i] = math.random(20000, 60000) hosts[i] = "127.0.0.1:" .. ports[i] end
recipe{ name = "attack", secrets = { "TOKEN", "SPECIAL" }, programs = { "python3" }, hosts = hosts }
local server = spawn{ "python3", "-c", code, ports, background = true, capture = "stdout", check = false }
local U = "http://127.0.0.1:" .. server:lines()()
local token = getSecret("TOKEN")
local bearer = { Authorization = secret.template("Bearer ${t}", { t = token }) }
local port = U:match("%d+$")
for _, status in ipairs{ 301, 302, 303, 307, 308, 300, 305 } do
  for _, place in ipairs{ "/got", "http://127.0.0.1:" .. port .. "/got", "http://localhost:" .. port .. "/got", "//localhost:" .. port .. "/got",
    "http://127.0.0.1:" .. port .. "@localhost:" .. port .. "/got", "got", "?got" } do
    local url = U .. "/" .. (status .. " " .. place):gsub("[^%w]", function(c) return ("%%%02X"):format(c:byte()) end)
    local ok, e = pcall(http.request, { url = url, headers = bearer })
    if ok and e.status < 300 then print("followed", status, place) end
    pcall(http.request, { url = url, headers = bearer, check = false })
    pcall(http.request, { url = url, body = token })
  end
end
server:kill()
print(server:wait().stdout:find("GOT") and "it was sent on" or "nothing was sent on")
