-- idea: a file that another program was given is taken as a secret, as an environment file or as credentials
-- contains: all refused
local key = getSecret("TOKEN")
local other = spawn{ "sh", "-c", 'printf %s "$K" > path.txt; exec sleep 100', files = { K = key }, background = true }
while not fs.exists("path.txt") or fs.read("path.txt") == "" do sleep(0.05) end
local path = fs.read("path.txt")
local ways = {
  path, "/proc/self/root" .. path, "/proc/" .. other:pid() .. "/root" .. path, "/dev/fd/0",
  "/proc/" .. other:pid() .. "/environ", "/proc/self/environ",
}
for _, way in ipairs(ways) do
  for name, take in pairs { file = secret.file, dotenv = secret.dotenv, login = function(at) return login{ credentials = at } end } do
    local ok, e = pcall(take, way)
    if ok then print("taken", name, way) os.exit(1) end
    print(name, e.kind)
  end
end
print("all refused")
other:kill()
