-- idea: a captured value that begins in text that is held back is found, and in text that is out already it is not
-- guess: TOKEN 8
-- oracle: same
-- out: apart
-- out: apart
local token = getSecret("TOKEN")
for i, guess in ipairs { arg[1], arg[2] } do
  local gate, tail = "gate" .. i, "YYYYYYYYtail" .. i
  -- So long a line that the masker has its beginning.
  local wait = 'yes x | head -n 80000 | tr -d "\\n"; printf %s "XX$1"; while [ ! -e "$2" ]; do sleep 0.03; done; printf %s "$3"'
  local p = spawn{ "sh", "-c", wait, "sh", guess, gate, tail, capture = true, background = true }
  sleep(0.5)
  spawn{ "printf", "%s", guess .. tail, capture = "secret" }
  fs.write(gate, "")
  print(p:wait().stdout:gsub("^x+", "") == "XX" .. guess .. tail and "apart" or "together")
end
