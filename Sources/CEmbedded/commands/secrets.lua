-- vaultscript secrets: what is in a folder, without a value.
local vault = login()
-- For a person nothing in a name moves the cursor; a tool gets it as it is.
local secrets = vault:names { details = true, printable = not options.json }
local folders = vault:folders { printable = not options.json }

if options.json then
  -- An empty table would be written as an object.
  local function list(values) return #values > 0 and values or json.decode("[]") end
  print(json.encode { secrets = list(secrets), folders = list(folders) })
else
  local function shown(name) return (name:gsub("%c", "?")) end

  local function columns(name) return utf8.len(name) or #name end

  local width = 0
  for _, one in ipairs(secrets) do width = math.max(width, columns(one.name)) end
  for _, name in ipairs(folders) do print(name .. "/") end
  for _, one in ipairs(secrets) do
    local line = one.name
    if one.version then line = ("%s%s  version %d"):format(line, (" "):rep(width - columns(line)), one.version) end
    if one.isImported then line = line .. "  from " .. one.env .. ":" .. one.path end
    print(line)
  end
  if #secrets + #folders == 0 and not options.quiet then
    local ok, found = pcall(vault.identity, vault)
    local place = ok and found.env and (" in env %s, path %s"):format(shown(found.env), shown(found.path)) or " here"
    io.stderr:write("there are no secrets and no folders", place, "\n")
  end
end
