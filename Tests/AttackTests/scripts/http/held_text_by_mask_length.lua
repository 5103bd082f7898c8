-- idea: an answer as large as is taken as text ends with a captured secret that ends with a guess: its mask is shorter than it, so that whether it is refused says whether the guess is held back
-- needs: python3
-- guess: TOKEN 8
-- out: open open
-- limit: 180
getSecret("TOKEN")
fs.write(("n"):rep(200), "abcd", { mode = "0600" })
local short = secret.file(("n"):rep(200))
for i = 1, 2 do spawn{ "printf", "%s", ("y"):rep(200) .. arg[i], capture = "secret" } end
local code = [==[
import select, socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
most, mask = (32 << 20) - 120, int(sys.argv[1])
count = most // mask
for guess in sys.argv[2:]:
    client = server.accept()[0]
    while b"\r\n\r\n" not in client.recv(65536): pass
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
    client.sendall(b"abcd" * count + b"x" * (most - mask * count))
    time.sleep(15)
    client.sendall(b"y" * 200 + guess.encode())
    print("closed" if select.select([client], [], [], 3)[0] else "open", flush=True)
    client.close()
]==]
local mask = #spawn{ "printf", "abcd", capture = true }.stdout
local p = spawn{ "python3", "-c", code, tostring(mask), arg[1], arg[2], capture = true, background = true }
local lines = p:lines()
local port = lines()
local results = {}
for i = 1, 2 do
  pcall(http.request, { url = "http://127.0.0.1:" .. port .. "/", timeout = 60, maxBody = 33554432 })
  results[i] = lines()
end
print(table.concat(results, " "))
