-- idea: a program in the background moves its file and its folder out of the run's folder, and fs reads them there
-- out: 0 read
local at = "/dev/shm/moved-" .. os.time() .. "-" .. math.random(1 << 30)
local p = spawn{ "sh", "-c", 'mv "$A" "$0.a"; mv "$(dirname "$B")" "$0.b"; echo moved; exec sleep 20', at,
  files = { A = getSecret("TOKEN"), B = getSecret("TOKEN") }, background = true, capture = "stdout", check = false }
p:lines()()
local read = 0
for _, path in ipairs { at .. ".a", at .. ".b/B" } do
  for _, f in ipairs { fs.read, fs.stat, fs.remove, secret.dotenv } do
    if pcall(f, path) then read = read + 1 end
  end
end
p:kill() p:wait()
spawn{ "rm", "-rf", at .. ".a", at .. ".b" }
print(read .. " read")
