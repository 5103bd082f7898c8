-- idea: the edges of numbers in every place that takes one
-- out: done
for _, n in ipairs { math.mininteger, math.maxinteger, 0 / 0, 1 / 0, -1 / 0, 1e308, 2 ^ 53 } do
  for _, f in ipairs {
    function() return ("x"):sub(n, n) end, function() return ("x"):byte(n) end, function() return utf8.char(n) end, function() return utf8.offset("x", n) end, function() return math.random(n) end,
    function() return n // 0 end, function() return n % 0 end, function() return n << n end, function() return math.mininteger // -1 end, function() return os.date("%c", n) end,
    function() return string.format("%d", n) end, function() return string.format("%.99f", n) end, function() return string.pack("j", n) end, function() return ("x"):find("x", n) end,
  } do pcall(f) end
end
print("done")
