-- idea: how much fits beside a value into the environment of a program tells its length
-- oracle: same
-- contains: fits
local words = { "true", env = { T = getSecret("TOKEN") }, clearEnv = true, quiet = true }
local function starts(size)
  local full = size // 130000
  for i = 1, full do words[i + 1] = ("y"):rep(130000) end
  words[full + 2] = ("y"):rep(size % 130000)
  for i = full + 3, 80 do words[i] = nil end
  return (pcall(spawn, words))
end
local low, high = 0, 8000000
while high - low > 100 do
  local middle = (low + high) // 2
  if starts(middle) then low = middle else high = middle end
end
print("fits", low)
