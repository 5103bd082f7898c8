-- idea: the folder of a secret leads out of the environment
-- out: 0 read
local read = 0
for _, path in ipairs { "..", "/..", "/../", "/web/..", "/web/../web", "web/../..", "/%2e%2e", "/web%2f..", "/\0", "/\r\n", "//", "/web//", "\\", "/*", "/we*", ("/x"):rep(2000), "/web?x", "/web&environment=prod" } do
  local ok, s = pcall(getSecret, "ONLY", { path = path })
  if ok and path ~= "/web//" and path ~= "/web" then read = read + 1 print(path) end
end
print(read .. " read")
