-- idea: every function of math and utf8 with a secret
-- oracle: same
-- out: codes false
-- out: max the secret itself
-- out: min the secret itself
-- out: tointeger nil
-- out: type nil
local s = getSecret("PIN")
local lines = {}
for _, library in ipairs { math, utf8 } do
  for name, f in pairs(library) do
    local ok, result = false, nil
    if type(f) == "function" then ok, result = pcall(f, s) end
    if name == "codes" then ok, result = true, (pcall(result, s, 0)) end
    if ok then lines[#lines + 1] = name .. " " .. (result == s and "the secret itself" or tostring(result)) end
    if pcall(f, s, 1) and name ~= "type" and name ~= "codes" and name ~= "tointeger" then print(name, "took two") end
  end
end
table.sort(lines)
print(table.concat(lines, "\n"))
