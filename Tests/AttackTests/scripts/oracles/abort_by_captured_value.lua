-- idea: onLeak = "abort" and "warn" for a captured secret that a program prints before a guess: while the guess is held back it is not found yet, and the program goes on
-- oracle: same
-- guess: TOKEN 12
-- out: abort	leak	true	leak	true
-- out: quiet	leak	true	leak	true
-- out: error	leak	true	leak	true
-- out: pipe	leak	true	leak	true
getSecret("TOKEN")
spawn{ "printf", "%s", "x-" .. arg[1]:sub(1, 4), capture = "secret" }
spawn{ "printf", "%s", "x-" .. arg[2]:sub(1, 4), capture = "secret" }
local function start(kind, guess)
  local code = 'printf %s "x-$1"; sleep 0.3; touch mark'
  if kind == "error" then code = "exec >&2; " .. code end
  local program = { "sh", "-c", code, "sh", guess, onLeak = "abort", capture = kind ~= "quiet", quiet = kind == "quiet" }
  if kind ~= "pipe" then return spawn(program) end
  return pipe{ { "true" }, { "sh", "-c", code, "sh", guess }, onLeak = "abort", capture = true }
end
for _, kind in ipairs{ "abort", "quiet", "error", "pipe" } do
  local told = {}
  for i, guess in ipairs(arg) do
    local ok, e = pcall(start, kind, guess)
    told[2 * i - 1], told[2 * i] = ok and "ok" or e.kind, tostring(fs.exists("mark"))
    if fs.exists("mark") then fs.remove("mark") end
  end
  print(kind, table.concat(told, "\t"))
end
