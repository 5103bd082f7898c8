-- Changes in the vault: more methods of a session. Compiled when a script first uses one.
local host = ...
local operations, call, check = host.operations, host.call, host.check

local function options(value, where)
  if value == nil then return nil end
  return check(value, "table", where, "a table of options")
end

return {
  -- Creates or updates a secret. Gives the new version, and "created" or "updated" ("approval" where that is allowed).
  putSecret = function(self, name, value, given)
    check(name, "string", "putSecret: name", "the name of a secret")
    local result = call(operations.writeSecret, {
      way = "put", session = self, name = name, value = value, options = options(given, "putSecret: options"),
    })
    return result.version, result.what
  end,

  -- The same for many of one folder. Gives their versions by name; nil and "approval" where that is allowed.
  putSecrets = function(self, values, given)
    check(values, "table", "putSecrets: values", "a table of names and secrets")
    local result = call(operations.writeSecret, {
      way = "putMany", session = self, values = values, options = options(given, "putSecrets: options"),
    })
    return result.versions, result.what
  end,

  -- Removes a secret. True; false where it may be absent and is; nil and "approval" where that is allowed.
  deleteSecret = function(self, name, given)
    check(name, "string", "deleteSecret: name", "the name of a secret")
    local what = call(operations.writeSecret, {
      way = "delete", session = self, name = name, options = options(given, "deleteSecret: options"),
    })
    if what == "approval" then return nil, what end
    return what == "deleted"
  end,
}
