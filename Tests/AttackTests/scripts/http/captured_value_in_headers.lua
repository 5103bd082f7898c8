-- idea: an answer that is taken as a value is told in headers that came before it: the value itself, and how long it is
-- needs: python3
-- oracle: same
-- out: 0	[secret:host]
local code = [==[
import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        made = b"made" + body[::-1] * 2
        self.send_response(200)
        self.send_header("Content-Length", str(len(made)))
        self.send_header("Content-Range", "bytes 0-%d/*" % (len(made) - 1))
        for name in sys.argv[1].split(): self.send_header(name, str(len(made)))
        self.send_header("X-Made", made.decode("latin1"))
        self.end_headers()
        self.wfile.write(made)
    def log_message(self, *a): pass
for port in map(int, sys.argv[2:]):
    try: server = http.server.ThreadingHTTPServer(("127.0.0.1", port), H)
    except OSError: continue
    print(port, flush=True)
    server.serve_forever()
]==]
local names = { "docker-content-digest", "x-ms-content-crc64", "x-ms-blob-content-length", "x-amz-decoded-content-length" }
local ports, hosts = {}, {}
for i = 1, 4 do ports[i] = math.random(20000, 60000) hosts[i] = "127.0.0.1:" .. ports[i] end
recipe{ name = "attack", secrets = { "TOKEN" }, programs = { "python3" }, hosts = hosts }
local server = spawn{ "python3", "-c", code, table.concat(names, " "), ports, background = true, capture = "stdout", check = false }
local r = http.request{ url = "http://127.0.0.1:" .. server:lines()(), body = getSecret("TOKEN"), capture = "secret" }
local told = 0
for _, name in ipairs{ "content-length", "content-range", table.unpack(names) } do told = told + (r.headers[name] and 1 or 0) end
print(told, (r.headers["x-made"]:gsub(":.*%]", ":host]")))
