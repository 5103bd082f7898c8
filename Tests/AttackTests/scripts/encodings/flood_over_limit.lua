-- idea: a flood of values reaches the limit in the middle of one, and the error shows what there was
-- exit: 1
-- error: printed more than
for size = 1000, 1040, 7 do
  local ok, e = pcall(spawn, { "sh", "-c", 'yes "$T"', env = { T = getSecret("TOKEN") }, capture = true, maxOutput = size })
  io.stderr:write(tostring(e), e.stderr or "", "\n")
end
spawn{ "sh", "-c", 'yes "$T"', env = { T = getSecret("TOKEN") }, capture = "merge", maxOutput = 1001 }
