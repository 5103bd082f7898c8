-- vaultscript set NAME: a new value, from anywhere but the command line.
local name = words[1]

local function value()
  if options.random then return secret.random(math.tointeger(options.random) or 0, { name = "value" }) end
  if options.file then return secret.file(options.file) end
  if options.terminal then return secret.prompt("Value of " .. name .. " (not shown): ", { name = "value" }) end
  return secret.input { name = "value" }
end

local vault = login()
local handle = value()
local version, what = vault:putSecret(name, handle, { ifVersion = options.ifVersion, comment = options.comment })
print(("%s %s%s"):format(name, what, version and (", version %d"):format(version) or ""))
