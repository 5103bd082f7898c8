-- idea: a secret in the wrong places of a pipe
-- out: 0 started
local s = getSecret("TOKEN")
local started = 0
for _, spec in ipairs { { { "true" }, { "cat", s } }, { s, { "cat" } }, { { s }, { "cat" } }, { { "true", cwd = s }, { "cat" } }, { { "true" }, { "cat" }, stdout = s }, { { "true" }, { "cat" }, timeout = s },
  { { "true", env = { PATH = s } }, { "cat" } }, { { "true", stdin = "inherit" }, s }, {}, { {} }, { { "true" }, {} } } do
  if pcall(pipe, spec) then started = started + 1 print(#spec) end
end
print(started .. " started")
