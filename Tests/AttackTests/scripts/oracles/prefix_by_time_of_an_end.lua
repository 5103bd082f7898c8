-- idea: the end of a text that is the beginning of a form, with line breaks and blanks in it, takes longer
-- build: release
-- guess: TOKEN 6
-- out: even
getSecret("TOKEN")
local function spread(text)
  local digits = text:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
  return (digits:gsub(".", "%0\n" .. (" "):rep(32)))
end
local function rate(text)
  fs.write("text", text)
  local count, over = 0, false
  parallel{
    function() sleep(0.3) over = true end,
    function() while not over do fs.read("text") count = count + 1 end end,
  }
  return count
end
-- One round in which both are as alike as two of the same is enough: a leak shows in all.
local function isEven(right, wrong)
  local seen = {}
  for round = 1, 8 do
    local a, b = rate(right), rate(wrong)
    if math.abs(a - b) < 0.05 * b then return true end
    seen[round] = a .. " of " .. b
  end
  print(table.concat(seen, ", "))
end
local even = isEven(spread(arg[1]), spread(arg[2]))
fs.remove("text")
print(even and "even" or "uneven")
