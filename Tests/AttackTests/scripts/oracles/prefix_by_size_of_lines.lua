-- idea: of a program that prints more than lines() keeps the same lines come at the same time, whether the last could begin a value or not
-- guess: TOKEN 8
-- oracle: same
getSecret("TOKEN")
local function try(guess)
  local code = [[yes xxxxxxx | head -n 4096; i=0; while [ $i -lt 6 ]; do yes yyyyyyyy | head -n 4000; printf '%s\n' "$1"; i=$((i + 1)); done; sleep 5]]
  local digits = guess:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
  local p <close> = spawn{ "sh", "-c", code, "sh", digits, capture = true, background = true }
  sleep(0.5)
  local lines = p:lines()
  for _ = 1, 4096 + 4001 * 5 do lines() end
  return p:running()
end
print(try(arg[1]), try(arg[2]))
