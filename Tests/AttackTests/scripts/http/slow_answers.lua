-- idea: the server never comes to an end, so that the run hangs
-- needs: python3
-- out: timeout timeout
local code = [==[
import http.server, sys, base64
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = (self.headers.get("Authorization") or body.decode("latin1") or self.path).encode("latin1")
        import time
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(1000):
            try: self.wfile.write(b"x"); self.wfile.flush()
            except OSError: break
            time.sleep(0.2)
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
local _, a = pcall(http.request, { url = U .. "/", timeout = 1 })
local _, b = pcall(http.request, { url = U .. "/", headers = bearer, timeout = 1, retry = { times = 2, backoff = 0.01 } })
print(a.kind .. " " .. b.kind)
