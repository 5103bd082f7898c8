-- idea: programs in the background use up secret memory, for which nobody waits: whether one still runs would tell how much there was
-- exit: 1
-- error: there is no secret memory left
-- lacks: goes on
getSecret("TOKEN")
local code = "head -c 600000 /dev/zero | tr '\\0' z; exec sleep 30"
for i = 1, 20 do
  local ok, p = pcall(spawn, { "sh", "-c", code, capture = "secret", background = true, check = false, quiet = true })
  for j = 1, 20 do sleep(0.05) if not ok or not p:running() then print(i .. " goes on") end end
end
print("the run goes on")
