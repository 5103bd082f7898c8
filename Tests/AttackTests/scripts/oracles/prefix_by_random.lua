-- idea: random values of two letters, drawn until every text of four is known, widen the mask of a value that begins so
-- guess: TOKEN 1
-- oracle: same
local token = getSecret("TOKEN")
for _, guess in ipairs { arg[1], arg[2] } do
  for _ = 1, 200 do secret.random(4, { alphabet = "Q" .. guess }) end
  print((spawn{ "sh", "-c", 'echo "QQQ${T}WWWW"', env = { T = token }, capture = true }.stdout:gsub("%[secret:random%]", "R")))
end
