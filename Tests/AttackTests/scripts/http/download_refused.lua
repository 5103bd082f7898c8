-- idea: a download is refused with a long text in which the value stands where the host stops keeping it
-- needs: python3
-- contains: done
local code = [==[
import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(422)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
for port in map(int, sys.argv[1:]):
    try: server = http.server.ThreadingHTTPServer(("127.0.0.1", port), H)
    except OSError: continue
    print(port, flush=True)
    server.serve_forever()
]==]
local ports, hosts = {}, {}
for i = 1, 4 do ports[i] = math.random(20000, 60000) hosts[i] = "127.0.0.1:" .. ports[i] end
recipe{ name = "attack", secrets = { "TOKEN" }, programs = { "python3" }, hosts = hosts }
local server = spawn{ "python3", "-c", code, ports, background = true, capture = "stdout", check = false }
local url, token = "http://127.0.0.1:" .. server:lines()(), getSecret("TOKEN")
for _, limit in ipairs { 65536, 81920 } do
  for pad = limit - 48, limit, 6 do
    local r = http.request{ url = url, json = { ("a"):rep(pad), token, ("b"):rep(40000) }, download = { file = "file" }, check = false }
    print((r.body:sub(-60):gsub("a+", "a"):gsub("b+", "b")))
  end
end
print("done")
