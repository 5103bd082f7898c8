-- idea: everything that can be reached from the globals is walked for userdata, threads and functions of C loaders
-- out: no userdata, no thread
local seen, found = {}, {}
local function walk(x, path)
  if seen[x] then return end
  seen[x] = true
  if type(x) == "userdata" or type(x) == "thread" then found[#found + 1] = path end
  if type(x) ~= "table" then return end
  local metatable = getmetatable(x)
  if type(metatable) == "table" then walk(metatable, path .. "<") end
  for k, v in next, x do
    walk(k, path .. ".?")
    walk(v, path .. "." .. tostring(k))
  end
end
walk(_G, "_G")
print(#found == 0 and "no userdata, no thread" or table.concat(found, " "))
