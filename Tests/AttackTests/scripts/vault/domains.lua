-- idea: the script sends the credentials to a host of its own, in every way of writing one
-- out: 0 logged in
local logged, other = 0, 0
for _, domain in ipairs {
  "https://evil.example", "http://127.0.0.1:9", "http://127.0.0.1:9/api", "eu", "us", "https://127.0.0.1", "http://user@127.0.0.1:9", "http://127.0.0.1:9#", "http://127.0.0.1:9?x",
  "http://127.0.0.1\t:9", "http://127.0.0.1:9\r\nHost: x", "http://127.0.0.1:9\0", "//127.0.0.1:9", "file:///etc/passwd", "ftp://127.0.0.1", "http://[::1]:9", "http://0x7f000001:9",
  "http://127.1:9", "http://localhost:9", "http://127.0.0.1.:9", "HTTP://127.0.0.1:9", "http://１２７.0.0.1:9", "", " ", "http://", "http://:9", "http://127.0.0.1:99999", "http://127.0.0.1:-1",
} do
  local ok, e = pcall(login, { domain = domain })
  if ok then logged = logged + 1 print(domain) end
  if not ok and e.kind ~= "denied" and e.kind ~= "usage" then print(domain, e.kind) end
end
print(logged .. " logged in")
