-- idea: an answer grows to the most that is taken as text but for a guess at its end: whether it is refused says whether the guess is held back
-- needs: python3
-- guess: TOKEN 8
-- out: open open
-- limit: 120
getSecret("TOKEN")
fs.write(("n"):rep(200), "abcd", { mode = "0600" })
local short = secret.file(("n"):rep(200))
local code = [==[
import select, socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
most, mask = 32 << 20, int(sys.argv[1])
count = (most - 4) // mask
for guess in sys.argv[2:]:
    client = server.accept()[0]
    while b"\r\n\r\n" not in client.recv(65536): pass
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
    client.sendall(b"abcd" * count + b"x" * (most - 4 - mask * count))
    time.sleep(float(sys.argv[4]))
    client.sendall(guess.encode())
    print("closed" if select.select([client], [], [], 3)[0] else "open", flush=True)
    client.close()
    if guess == sys.argv[3]: break
]==]
local mask = #spawn{ "printf", "abcd", capture = true }.stdout
local p = spawn{ "python3", "-c", code, tostring(mask), arg[1], arg[2], "15", capture = true, background = true }
local lines = p:lines()
local port = lines()
local results = {}
for i = 1, 2 do
  pcall(http.request, { url = "http://127.0.0.1:" .. port .. "/", timeout = 60, maxBody = 33554432 })
  results[i] = lines()
end
print(table.concat(results, " "))
