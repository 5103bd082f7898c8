-- idea: a program whose lines nobody takes waits once 1 MiB is there, and what is held back does not count: whether it goes on says that the guess was right
-- guess: TOKEN 8
-- oracle: same
-- out: false
-- out: false
local token = getSecret("TOKEN")
local code = [[
echo go
while [ ! -e "start$2" ]; do sleep 0.03; done
yes xxxxxxx | head -c 1048572
while [ ! -e "$2" ]; do sleep 0.03; done
printf %s "$1"
sleep 0.3
yes yyyyyyy | head -c 66000
touch "$3"
]]
for i, guess in ipairs { arg[1], arg[2] } do
  local p <close> = spawn{ "sh", "-c", code, "sh", guess, "gate" .. i, "done" .. i, capture = true, background = true, check = false }
  p:lines()()
  fs.write("startgate" .. i, "")
  sleep(0.5)
  fs.write("gate" .. i, "")
  sleep(1)
  print(fs.exists("done" .. i))
end
