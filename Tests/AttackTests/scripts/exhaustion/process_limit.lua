-- idea: programs in the background up to their limit
-- options: --limit processes=5
-- out: 5	limit
local kept, last = {}, nil
for i = 1, 8 do
  local ok, p = pcall(spawn, { "sleep", "20", background = true })
  if ok then kept[#kept + 1] = p else last = p end
end
print(#kept, last.kind)
