-- idea: the name of a secret leads to another part of the server's API
-- out: 0 read
local read = 0
for _, name in ipairs {
  "", ".", "..", "../TOKEN", "web/TOKEN", "/TOKEN", "TOKEN/", "TOKEN?x=1", "TOKEN#x", "TOKEN%00", "TOKEN\0", "%54OKEN", "TOKEN\r\nX: y", " TOKEN", "TOKEN ", "token", "TOKEN%2f..", "*", "TO*",
  "TOKEN&secretPath=/web", "raw/TOKEN", "../../../../../etc/passwd", ("N"):rep(1024), "\xff\xfe", "TOKEN;", "TOKEN\\",
} do
  local ok, s = pcall(getSecret, name)
  if ok then read = read + 1 print(name, s) end
  if not ok and type(s) == "string" then print("a bare text", name) end
end
print(read .. " read")
