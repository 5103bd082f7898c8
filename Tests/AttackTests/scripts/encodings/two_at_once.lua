-- idea: two programs in the background print whole values into each other's lines
-- contains: [secret:TOKEN]
local s = getSecret("TOKEN")
local all = {}
for i = 1, 4 do all[i] = spawn{ "sh", "-c", 'for i in 1 2 3 4 5 6 7 8 9; do printf "%s" "$T"; done; echo', env = { T = s }, background = true } end
for _, p in ipairs(all) do p:wait() end
