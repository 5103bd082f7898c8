-- idea: line ends in headers, from texts and from secrets, make headers and requests of the script's own
-- needs: python3
-- out: 0 were sent
local code = [==[
import http.server, sys, base64
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = (self.headers.get("Authorization") or body.decode("latin1") or self.path).replace("Bearer ", "").encode("latin1")
        print("GOT", self.path, flush=True)
        self.send_response(200)
        self.send_header("X-Token", token.decode("latin1"))
        self.send_header("X-Hex", token.hex())
        out = b"\n".join([token, base64.b64encode(token), token.hex().encode(), token.hex().upper().encode()])
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)
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
local special = getSecret("SPECIAL")
local function both(text) return secret.template(text .. "${t}", { t = token }) end
for _, end_ in ipairs{ "\r\n", "\n", "\r", "\0", "\r\n ", "\n\t", "\v", "\x7f", "\x1b" } do
  for _, spec in ipairs{
    { headers = { A = "x" .. end_ .. "B: y" } }, { headers = { ["A" .. end_ .. "B"] = "y" } }, { headers = { A = both("x" .. end_ .. "B: ") } },
    { url = U .. "/" .. end_ .. "x" }, { url = both(U .. "/" .. end_) }, { method = "GET" .. end_ .. "x" }, { headers = { [""] = "x" } },
    { headers = { ["A:"] = "x" } }, { headers = { ["A B"] = "x" } }, { headers = { A = special } },
  } do
    spec.url = spec.url or U .. "/"
    local ok, e = pcall(http.request, spec)
    if ok or e.kind ~= "usage" then print(ok, e, json.encode(end_)) end
  end
end
server:kill()
local count = 0
for _ in server:wait().stdout:gmatch("GOT") do count = count + 1 end
print(count .. " were sent")
