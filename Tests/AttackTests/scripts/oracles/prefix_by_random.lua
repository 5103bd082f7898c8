-- idea: random values of two letters, drawn until every text of four is known, widen the mask of a value that begins so
-- guess: TOKEN 1
-- out: QQQ[secret:TOKEN]WWWW
-- out: QQQ[secret:TOKEN]WWWW
local token = getSecret("TOKEN")
for _, guess in ipairs { arg[1], arg[2] } do
  for _ = 1, 200 do secret.random(4, { alphabet = "Q" .. guess }) end
  local text = spawn{ "sh", "-c", 'printf "QQQ${T}WWWW"', env = { T = token }, capture = true }.stdout
  print((text:gsub("%[secret:random%]", "R")))
end
