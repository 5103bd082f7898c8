-- idea: the metamethods of a secret are fetched by their names
-- out: 0 found
local s, found = getSecret("TOKEN"), 0
for _, name in ipairs { "__gc", "__close", "__index", "__newindex", "__tostring", "__metatable", "__name", "__eq", "__len", "__pairs", "value",
  "bytes", "_value", "data", "ptr", "index", "generation", "expose", "reveal", "unwrap" } do
  if pcall(function() return s[name] end) then found = found + 1 end
end
print(found .. " found")
