-- idea: options that do not exist, holes, booleans and other shapes of a call
-- out: 0 started
local started = 0
for i, spec in ipairs {
  {}, { "" }, { true }, { "true", nil, "x" }, { "true", false }, { "true", shell = true }, { [0] = "true" }, { "true", [-1] = "x" }, { "true", [1.5] = "x" },
  { "true", [1 << 40] = "x" }, { "true", env = "x" }, { "true", env = { "x" } }, { "true", files = { 1 } }, { "true", fds = { [0] = "x" } }, { "true", fds = { [1] = "x" } },
  { "true", fds = { [256] = "x" } }, { "true", fds = { [-1] = "x" } }, { "true", fds = { a = "x" } }, { "true", capture = "everything" }, { "true", timeout = -1 }, { "true", maxOutput = 1.5 },
  { "true", maxOutput = -1 }, { "true", timeout = 0 / 0 }, { "true", onLeak = "ignore" }, { print }, { "true", { a = 1 } }, { "true", env = { A = {} } },
} do
  if pcall(spawn, spec) then started = started + 1 print("number " .. i) end
end
print(started .. " started")
