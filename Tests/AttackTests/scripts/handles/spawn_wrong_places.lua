-- idea: a secret in every option of spawn that takes none
-- out: 0 of 17 taken
local s = getSecret("TOKEN")
local taken, tried = 0, 0
for _, spec in ipairs {
  { s }, { "true", s }, { "true", { s } }, { "true", { { { s } } } }, { "true", cwd = s }, { "true", capture = s }, { "true", timeout = s },
  { "true", maxOutput = s }, { "true", check = s }, { "true", onLeak = s }, { "true", passEnv = { s } }, { "true", passEnv = s },
  { "true", env = { [s] = "x" } }, { "true", files = { [s] = "x" } }, { "true", stdin = { file = s } }, { "true", [s] = 1 }, { "true", quiet = s },
} do
  tried = tried + 1
  local ok, e = pcall(spawn, spec)
  if ok then taken = taken + 1 end
  io.stderr:write(tostring(e), "\n")
end
print(("%d of %d taken"):format(taken, tried))
