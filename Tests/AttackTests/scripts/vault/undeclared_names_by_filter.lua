-- idea: a read of all folders, narrowed to one name, tells by being refused whether there is one in a folder that a recipe does not declare
-- out: denied	denied	denied	denied
recipe{ name = "r", secrets = { { path = "/" } } }
local function try(call, options)
  options.recursive = true
  local ok, e = pcall(call, options)
  return ok and #e or e.kind
end
local session = login()
local function names(options) return session:names(options) end
print(
  try(getSecrets, { only = { "ONLY" }, optional = true }), try(getSecrets, { only = { "NOT_THERE" }, optional = true }),
  try(names, { tags = { "nothing" } }), try(getSecrets, { metadata = { nothing = "x" }, optional = true }))
