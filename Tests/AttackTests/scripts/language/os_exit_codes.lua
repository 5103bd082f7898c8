-- idea: os.exit and fail with codes that are none
-- exit: 255
-- out: 0 taken
local taken = 0
for _, code in ipairs { -1, 256, 1.5, "1", {}, 1 << 40, math.huge, print } do
  if pcall(os.exit, code) then taken = taken + 1 end
  local ok, e = pcall(fail, "x", { code = code })
  if type(e) == "table" and e.kind == "script" then taken = taken + 1 end
end
print(taken .. " taken")
fail("x", { code = 255 })
