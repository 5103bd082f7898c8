-- idea: the mark of a host wait is caught by a resume of the script's own
-- out: dead	1
local marks = 0
local co = coroutine.create(function()
  local s = getSecret("TOKEN")
  spawn{ "true", env = { T = s } }
  return 1
end)
local results = table.pack(coroutine.resume(co))
print(coroutine.status(co), results[2])
for i = 3, results.n do print("caught", results[i]) end
