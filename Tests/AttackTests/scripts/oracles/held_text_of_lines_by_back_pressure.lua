-- idea: a program whose lines nobody takes has printed 1 MiB and no line end but one that is held back: whether it goes on says that the guess was right
-- guess: PEM 31
-- out: false
-- out: false
getSecret("PEM")
local code = [[
echo go
while [ ! -e "start$2" ]; do sleep 0.03; done
yes xxxxxxx | tr -d '\n' | head -c 1049000
while [ ! -e "$2" ]; do sleep 0.03; done
printf -- '-----BEGIN PRIVATE KEY-----\n%s' "$1"
sleep 0.3
yes yyyyyyy | head -c 70000
touch "$3"
]]
for i, guess in ipairs { arg[1], arg[2] } do
  local p <close> = spawn{ "sh", "-c", code, "sh", guess:sub(29), "gate" .. i, "done" .. i, capture = true, background = true, check = false }
  p:lines()()
  fs.write("startgate" .. i, "")
  sleep(1)
  fs.write("gate" .. i, "")
  sleep(1.5)
  print(fs.exists("done" .. i))
end
