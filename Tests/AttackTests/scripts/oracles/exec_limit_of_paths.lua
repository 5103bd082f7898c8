-- idea: the mark of a file in an argument is shorter than its path, so that the kernel's limit comes before the host's
-- oracle: same
-- contains: fits
local function starts(size, marks)
  local words, env = { "/usr/bin/true" }, { S = getSecret("TOKEN") }
  for i = 2, 18 do words[i] = ("${file:A}"):rep(marks) end
  for i = 1, 15 do
    local part = math.min(size, 100000)
    env[("F%02d"):format(i)] = ("f"):rep(part)
    size = size - part
  end
  words.env, words.files, words.clearEnv, words.quiet = env, { A = "x" }, true, true
  return (pcall(spawn, words))
end
for _, marks in ipairs { 20, 1000 } do
  local low, high = 0, 1500000
  while high - low > 1 do
    local middle = (low + high) // 2
    if starts(middle, marks) then low = middle else high = middle end
  end
  print("fits", marks, low)
end
