-- idea: the server sends the token back in every place of its answer, in several forms
-- needs: python3
-- contains: [secret:TOKEN]
local code = [==[
import http.server, sys, base64
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = (self.headers.get("Authorization") or body.decode("latin1") or self.path).replace("Bearer ", "").encode("latin1")
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
local r = http.request{ url = U .. "/", headers = bearer }
print(r.headers["x-token"], r.headers["x-hex"], r.body, json.encode(r))
local r = http.request{ url = U .. "/", body = token }
print(r.body)
local r = http.request{ url = secret.template(U .. "/p/${t}", { t = token }) }
print(r.body)
local ok, e = pcall(http.request, { url = U .. "/", headers = bearer, secrets = { "x" } })
print(ok, e)
fs.write("kept", http.request{ url = U .. "/", headers = bearer }.body, { allowMasked = true })
