-- idea: how much fits beside a value into the environment of a program tells its length
-- known: the kernel's limit on arguments and environment counts the bytes of the values
-- oracle: same
-- contains: fits
local big = secret.template(("z"):rep(60000), {})
local env = { T = getSecret("TOKEN") }
local function starts(count, size)
  for i = 1, 200 do env["A" .. i] = i <= count and big or nil end
  env.FILLER = ("y"):rep(size)
  return (pcall(spawn, { "true", env = env, clearEnv = true, quiet = true }))
end
local count = 32
while count < 150 and starts(count + 1, 0) do count = count + 1 end
local low, high = 0, 80000
while high - low > 400 do
  local middle = (low + high) // 2
  if starts(count, middle) then low = middle else high = middle end
end
print("fits", count, low)
