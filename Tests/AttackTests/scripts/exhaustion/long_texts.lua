-- idea: texts longer than memory, by repetition, concatenation, format and padding
-- out: 0 worked
local worked = 0
for _, f in ipairs {
  function() return ("x"):rep(1 << 62) end, function() return ("x"):rep(1 << 40, "y") end, function() return ("%99999d"):format(1) end, function() return ("x"):rep(math.maxinteger) end,
  function() return table.concat(setmetatable({}, { __len = function() return 1 << 40 end })) end, function() return string.pack("!16 i17", 1) end, function() return ("x"):rep(-1):byte(1, 1 << 40) + 1 end,
} do
  if pcall(f) then worked = worked + 1 end
end
print(worked .. " worked")
