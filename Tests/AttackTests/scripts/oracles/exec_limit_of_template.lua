-- idea: text put before a value brings it to the edge of a size class, which shows in what fits into an environment
-- oracle: same
-- contains: fits
local big = { Q = ("q"):rep(130000), R = ("r"):rep(2000) }
for i = 1, 15 do big["P" .. i] = ("p"):rep(130000) end
local function fits(value)
  big.A = value
  return (pcall(spawn, { "true", env = big, clearEnv = true }))
end
local token = getSecret("TOKEN")
local low, high = 0, 4096
while low < high do
  local middle = (low + high + 1) // 2
  if fits(secret.template(("a"):rep(middle) .. "${s}", { s = token })) then low = middle else high = middle - 1 end
end
print("fits", low)
