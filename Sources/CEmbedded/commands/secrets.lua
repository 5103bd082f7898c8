-- vaultscript secrets: what is in a folder, without a value.
local vault = login()
local secrets = vault:names { details = true }
local folders = vault:folders()

if options.json then
  -- An empty table would be written as an object.
  local function list(values) return #values > 0 and values or json.decode("[]") end
  print(json.encode { secrets = list(secrets), folders = list(folders) })
else
  -- A name may hold what moves a terminal's cursor or turns its text around.
  local function escaped(bytes)
    return (bytes:gsub(".", function(c) return ("\\x%02x"):format(c:byte()) end))
  end
  local function shown(name)
    return (name:gsub("[%c\x7f]", escaped):gsub("\xe2\x80[\xaa-\xae]", escaped):gsub("\xe2\x81[\xa6-\xa9]", escaped))
  end

  local width = 0
  for _, one in ipairs(secrets) do width = math.max(width, #shown(one.name)) end
  for _, name in ipairs(folders) do print(shown(name) .. "/") end
  for _, one in ipairs(secrets) do
    local line = shown(one.name)
    if one.version then line = ("%s%s  version %d"):format(line, (" "):rep(width - #line), one.version) end
    if one.isImported then line = line .. "  from " .. shown(one.env .. ":" .. one.path) end
    print(line)
  end
  if #secrets + #folders == 0 and not options.quiet then
    local ok, found = pcall(vault.identity, vault)
    local place = ok and found.env and (" in env %s, path %s"):format(shown(found.env), shown(found.path)) or " here"
    io.stderr:write("there are no secrets and no folders", place, "\n")
  end
end
