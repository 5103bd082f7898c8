-- idea: globals are replaced before the standard library is loaded, to see its secrets
-- out: handles only
local got = {}
local realSpawn = spawn
spawn = function(spec) got[#got + 1] = spec return { code = 0, stdout = "", stderr = "" } end
local realType = type
local git = require("git")
pcall(git.push, { remote = "origin", branch = "main", token = getSecret("TOKEN") })
local function texts(t, depth)
  for k, v in pairs(t) do
    io.stderr:write(tostring(k), " ", tostring(v), "\n")
    if realType(v) == "table" and depth < 5 then texts(v, depth + 1) end
  end
end
texts(got, 0)
print("handles only")
