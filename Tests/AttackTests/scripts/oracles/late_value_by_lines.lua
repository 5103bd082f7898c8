-- idea: a captured value ends with a guess: whether its mask, or text that is held back, stands 64 KiB behind a line decides when that is given
-- guess: TOKEN 8
-- oracle: same
getSecret("TOKEN")
local function try(guess)
  local value = ("x"):rep(60) .. guess
  spawn{ "printf", "%s", value, capture = "secret" }
  local given = {}
  for i, count in ipairs{ 65480, 65506, 65532, 65560 } do
    local code = [[(printf 'first\n'; yes z | head -n "$1" | tr -d '\n'; printf %s "$2") | dd bs=200000 iflag=fullblock status=none; sleep 1; touch mark]]
    local p = spawn{ "sh", "-c", code, "sh", count, value, capture = true, background = true }
    p:lines()()
    given[i] = tostring(fs.exists("mark"))
    p:wait()
    fs.remove("mark")
  end
  return table.concat(given, " ")
end
print(try(arg[1]), try(arg[2]))
