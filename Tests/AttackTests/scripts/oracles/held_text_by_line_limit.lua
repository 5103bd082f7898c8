-- idea: what is held back does not count against maxOutput of a program that is read by line: no error says that the guess was right
-- guess: TOKEN 8
-- oracle: same
-- out: limit
-- out: limit
local token = getSecret("TOKEN")
for _, guess in ipairs { arg[1], arg[2] } do
  local p = spawn{ "sh", "-c", 'printf .%s "$1"; sleep 0.2', "sh", guess, capture = true, background = true, maxOutput = 1, check = false }
  local ok, e = pcall(function() for _ in p:lines() do end end)
  print(ok or e.kind)
end
