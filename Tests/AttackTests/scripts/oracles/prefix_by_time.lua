-- idea: a text, read or printed by a program, takes longer to mask where it begins as a value does
-- build: release
-- guess: TOKEN 15
-- out: even
getSecret("TOKEN")
-- How often `use` is done in a time, with a file of the text again and again.
local function rate(text, bytes, seconds, use)
  fs.write("text", text:rep(bytes // #text + 1):sub(1, bytes))
  local count, over = 0, false
  parallel{
    function() sleep(seconds) over = true end,
    function() while not over do use() count = count + 1 end end,
  }
  return count
end
-- Other things happen on the machine: one round in which both are alike is enough, where a leak would show in all.
local function isEven(right, wrong, ...)
  local seen = {}
  for round = 1, 10 do
    local a, b = rate(right, ...), rate(wrong, ...)
    if a > 0 and b > 0 and a < 1.5 * b and b < 1.5 * a then return true end
    seen[round] = a .. " of " .. b
  end
  print(table.concat(seen, ", "))
end
local function hex(text, between) return (text:gsub(".", function(c) return ("%02x"):format(c:byte()) .. between end)) end
local function read() fs.read("text") end
local function cat() spawn{ "cat", "text", capture = true } end
local even = isEven(arg[1] .. "#", arg[2] .. "#", 1 << 18, 0.3, read)
for _, between in ipairs{ "", " ", ":", "\n", "\r\n\t" } do
  even = isEven(hex(arg[1], between) .. "#", hex(arg[2], between) .. "#", 1 << 18, 0.3, read) and even
end
even = isEven(hex(arg[1], "\n"), hex(arg[2], "\n"), 1 << 20, 0.5, cat) and even
fs.remove("text")
print(even and "even" or "uneven")
