-- idea: names, sources and counts of a folder differ with the values
-- oracle: same
-- out: 9
local all, n = getSecrets(), 0
for name, s in pairs(all) do
  n = n + 1
  local source = s:source()
  if s:name() ~= name or source.path ~= "/" then print(name) end
end
print(n)
