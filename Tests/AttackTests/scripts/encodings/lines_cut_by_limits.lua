-- idea: lines of a value's base64 are given where a limit ends the text in its last line, or where another stream that nobody reads holds the program up
-- out: done
local function lines(code, most)
  local p = spawn{ "sh", "-c", code, stdin = getSecret("TOKEN"), capture = true, background = true, maxOutput = most, check = false }
  sleep(0.5)
  pcall(function() for line in p:lines() do if line ~= "[secret:TOKEN]" then print(line) end end end)
end
lines([[x=$(base64 -w 12); printf '%s trailing words' "$x"; sleep 0.7]], 12)
lines([[x=$(base64 -w 12); set -- $x; echo $1; head -c 500000 /dev/zero >&2; shift; for l; do echo $l; done]], 100000)
print("done")
