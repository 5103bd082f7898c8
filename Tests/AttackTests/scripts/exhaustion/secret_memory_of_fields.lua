-- idea: programs whose JSON holds secrets use up secret memory with their standard error, each in a pcall
-- exit: 1
-- error: there is no secret memory left
-- lacks: goes on
getSecret("TOKEN")
local code = "head -c 600000 /dev/zero | tr '\\0' z >&2; exec sleep 30"
for i = 1, 20 do
  local ok, p = pcall(spawn, { "sh", "-c", code, secrets = { "a" }, capture = true, background = true, check = false })
  for j = 1, 20 do sleep(0.05) if not ok or not p:running() then print(i .. " goes on") end end
end
print("the run goes on")
