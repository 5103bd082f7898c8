-- idea: a pattern of more parts than the host's stack has room for
-- out: limit
-- out: limit
-- out: limit
for _, part in ipairs { "**/", "../", "./" } do
  local ok, e = pcall(fs.glob, part:rep(100000))
  print(ok or e.kind)
end
