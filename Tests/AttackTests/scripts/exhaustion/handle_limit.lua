-- idea: handles up to their limit, then the run goes on
-- options: --limit handles=50
-- out: 50	limit
-- out: [secret:EIGHT]
local kept, last = {}, nil
for i = 1, 60 do
  local ok, s = pcall(getSecret, "EIGHT")
  if ok then kept[i] = s else last = s end
end
print(#kept, last.kind)
spawn{ "printenv", "T", env = { T = kept[1] } }
