-- idea: the errors of every wrong use differ with the value
-- oracle: same
-- contains: cannot be
for _, name in ipairs { "TOKEN", "PEM", "CFG", "EIGHT", "LOW" } do
  local s = getSecret(name)
  for _, f in ipairs {
    function() return s .. "x" end, function() return #s end, function() return s < s end, function() return s + 1 end, function() spawn{ s } end, function() spawn{ "true", s } end,
    function() json.encode(s) end, function() log.info(s) end, function() spawn{ "true", cwd = s } end, function() spawn{ "true", env = { PATH = s } } end, function() fail(s) end,
    function() secret.template("${b}", { a = s }) end, function() s:nothing() end, function() os.getenv(s) end, function() getSecret(s) end,
  } do
    print((tostring(select(2, pcall(f))):gsub("\n.*", "")))
  end
end
