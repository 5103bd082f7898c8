-- vaultscript import FILE: the values of an environment file into the vault, from host to host.
local values = secret.dotenv(words[1])
local names = {}
for name in pairs(values) do names[#names + 1] = name end
table.sort(names)
if #names == 0 then fail("there is nothing in " .. words[1] .. " to import") end

local vault = login()
local there = {}
for _, name in ipairs(vault:names()) do there[name] = true end

local batch, left, count = {}, {}, 0
for _, name in ipairs(names) do
  if there[name] and not options.overwrite then
    left[#left + 1] = name
  else
    batch[name] = values[name]
    count = count + 1
  end
end

if options.dryRun then
  for _, name in ipairs(names) do
    print(name .. (there[name] and (batch[name] and "  would be updated" or "  would be left as it is") or "  would be created"))
  end
  return
end

if count > 0 then vault:putSecrets(batch) end
for _, name in ipairs(names) do
  if batch[name] then print(name .. (there[name] and "  updated" or "  created")) end
end
for _, name in ipairs(left) do print(name .. "  left as it is") end
local afterwards = "remove the file (shred -u " .. words[1]
  .. "), and if it was ever checked in, make new values: its history keeps the old ones\n"
if #left > 0 then
  io.stderr:write("what is there already has been left: --overwrite replaces it\n",
    words[1], " still holds what was left (", table.concat(left, ", "), ") and all the rest; when that is not needed any more, ",
    afterwards)
else
  io.stderr:write("the values are in the vault now; ", afterwards)
end
