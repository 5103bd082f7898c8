-- vaultscript set NAME: a new value, from anywhere but the command line.
local name = words[1]

-- The name may hold what ends a line, or moves a terminal's cursor.
local shown = name:gsub("%c", function(c) return ("\\x%02x"):format(c:byte()) end)

local function value()
  if options.random then return secret.random(math.tointeger(options.random) or 0, { name = "value" }) end
  if options.file then return secret.file(options.file) end
  if options.terminal then return secret.prompt("Value of " .. shown .. " (not shown): ", { name = "value" }) end
  return secret.input { name = "value" }
end

local vault = login()
local handle = value()
local version, what = vault:putSecret(name, handle, { ifVersion = options.ifVersion, comment = options.comment })
print(("%s %s%s"):format(shown, what, version and (", version %d"):format(version) or ""))
