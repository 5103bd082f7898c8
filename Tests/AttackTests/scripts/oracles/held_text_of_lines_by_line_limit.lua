-- idea: lines() of a value of many lines whose beginning is held back: maxOutput is judged by what came, whole lines or not
-- guess: PEM 31
-- out: 1 limit	1 limit
local function try(guess)
  local text = "-----BEGIN PRIVATE KEY-----\n" .. guess:sub(29)
  local p = spawn{ "sh", "-c", 'printf %s "$1"; sleep 0.4', "sh", text, capture = true, background = true, maxOutput = 2, check = false }
  sleep(0.2)
  local count = 0
  local _, e = pcall(function() for _ in p:lines() do count = count + 1 end end)
  return count .. " " .. tostring(e and e.kind)
end
getSecret("PEM")
print(try(arg[1]), try(arg[2]))
