-- idea: a link that a program makes to its file, or another name for it, keeps the value after the program's end
-- out: 0 0
-- needs: ln
local home = "/dev/shm/kept-" .. os.time() .. "-" .. math.random(1 << 30)
spawn{ "sh", "-c", 'ln "$A" "$0.link"; mv "$B" "$0.moved"', home, files = { A = getSecret("TOKEN"), B = getSecret("TOKEN") } }
local sizes = {}
for _, ending in ipairs{ ".link", ".moved" } do
  sizes[#sizes + 1] = spawn{ "stat", "-c", "%s", home .. ending, capture = true }.stdout:match("%d+")
  spawn{ "rm", "-f", home .. ending }
end
print(table.concat(sizes, " "))
