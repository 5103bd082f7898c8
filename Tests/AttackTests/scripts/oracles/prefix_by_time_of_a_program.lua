-- idea: a program takes longer to print a text that begins as a value does
-- build: release
-- guess: TOKEN 15
-- out: even
getSecret("TOKEN")
local function rate(text)
  fs.write("text", text:rep(1 << 16):sub(1, 1 << 20))
  local count, over = 0, false
  parallel{
    function() sleep(0.5) over = true end,
    function() while not over do spawn{ "cat", "text", capture = true } count = count + 1 end end,
  }
  return count
end
local function isEven(right, wrong)
  local seen = {}
  for round = 1, 10 do
    local a, b = rate(right), rate(wrong)
    if a > 0 and b > 0 and a < 1.5 * b and b < 1.5 * a then return true end
    seen[round] = a .. " of " .. b
  end
  print(table.concat(seen, ", "))
end
local function lines(text) return (text:gsub(".", function(c) return ("%02x\n"):format(c:byte()) end)) end
local even = isEven(lines(arg[1]), lines(arg[2]))
fs.remove("text")
print(even and "even" or "uneven")
