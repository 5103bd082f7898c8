-- idea: tables, texts and coroutines up to the memory limit, then the run goes on
-- options: --limit memory=32M
-- out: false	limit
-- out: [secret:TOKEN]
local s = getSecret("TOKEN")
local ok, e = pcall(function()
  local t = {}
  while true do t[#t + 1] = ("x"):rep(100000) .. #t end
end)
print(ok, type(e) == "table" and e.kind or "limit")
spawn{ "printenv", "T", env = { T = s } }
