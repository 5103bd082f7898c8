-- idea: a text takes longer to mask where it begins as a value does
-- build: release
-- guess: TOKEN 15
-- out: even
getSecret("TOKEN")
local function rate(text)
  fs.write("text", text:rep(1 << 15):sub(1, 1 << 18))
  local count, over = 0, false
  parallel{
    function() sleep(0.3) over = true end,
    function() while not over do fs.read("text") count = count + 1 end end,
  }
  return count
end
local function hex(text, between) return (text:gsub(".", function(c) return ("%02x"):format(c:byte()) .. between end)) end
-- Other things happen on the machine: one round in which both are alike is enough, where a leak would show in all.
local function isEven(right, wrong)
  local seen = {}
  for round = 1, 10 do
    local a, b = rate(right), rate(wrong)
    if a > 0 and b > 0 and a < 1.5 * b and b < 1.5 * a then return true end
    seen[round] = a .. " of " .. b
  end
  print(table.concat(seen, ", "))
end
local even = true
for _, between in ipairs{ "", " ", ":", "\n", "\r\n\t" } do
  even = isEven(hex(arg[1], between) .. "#", hex(arg[2], between) .. "#") and even
end
even = isEven(arg[1] .. "#", arg[2] .. "#") and even
fs.remove("text")
print(even and "even" or "uneven")
