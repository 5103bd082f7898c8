-- vaultscript secrets: what is in a folder, without a value.
local vault = login()
local secrets = vault:names { details = true }
local folders = vault:folders()

if options.json then
  -- An empty table would be written as an object.
  local function list(values) return #values > 0 and values or json.decode("[]") end
  print(json.encode { secrets = list(secrets), folders = list(folders) })
else
  local width = 0
  for _, one in ipairs(secrets) do width = math.max(width, #one.name) end
  for _, name in ipairs(folders) do print(name .. "/") end
  for _, one in ipairs(secrets) do
    local line = one.name
    if one.version then line = ("%-" .. width .. "s  version %d"):format(one.name, one.version) end
    if one.isImported then line = line .. "  from " .. one.env .. ":" .. one.path end
    print(line)
  end
end
