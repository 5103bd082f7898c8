-- idea: the server answers without end, to fill the host's memory and secret memory
-- needs: python3
-- out: limit limit limit limit fine
-- limit: 120
local code = [==[
import http.server, sys, base64
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = (self.headers.get("Authorization") or body.decode("latin1") or self.path).encode("latin1")
        if self.path == "/fine":
            self.send_response(200); self.send_header("Content-Length", "4"); self.end_headers(); self.wfile.write(b"fine"); return
        self.send_response(200)
        if self.path == "/said": self.send_header("Content-Length", str(1 << 50))
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True: self.wfile.write(b"x" * 65536)
        except OSError: pass
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
local kinds = {}
for i, spec in ipairs{ { url = U .. "/a" }, { url = U .. "/said" }, { url = U .. "/b", capture = "secret" },
  { url = U .. "/c", download = { file = "down" }, maxBody = 1 << 20 } } do
  local ok, e = pcall(http.request, spec)
  kinds[i] = ok and "no error" or e.kind
end
print(table.concat(kinds, " ") .. " " .. http.request{ url = U .. "/fine" }.body)
assert(not fs.exists("down"))
