-- Changes in the vault: more methods of a session. Compiled when a script first uses one.
local host = ...
local operations, call, check, raise = host.operations, host.call, host.check, host.raise
local setmetatable, rawget, next = setmetatable, rawget, next

local function options(value, where)
  if value == nil then return nil end
  return check(value, "table", where, "a table of options")
end

-- MARK: leases

-- The host's number of a lease, beside it and not in it.
local numberOf = setmetatable({}, { __mode = "k" })

local function numberIn(self, method)
  local number = numberOf[self]
  if number then return number end
  raise("usage", "lease:" .. method .. ": expected a lease before the colon, got " .. host.typeName(self), nil,
    "write it with a colon: lease:" .. method .. "()")
end

local leaseMethods = {
  -- Gives it a new end; gives that, as the vault writes it.
  renew = function(self, ttl)
    return call(operations.lease, { way = "renew", lease = numberIn(self, "renew"), ttl = ttl })
  end,
  -- Ends the account that it stands for. Its handles end with it.
  revoke = function(self)
    call(operations.lease, { way = "revoke", lease = numberIn(self, "revoke") })
  end,
  -- When it ends, as the vault writes it.
  expires = function(self)
    return call(operations.lease, { way = "expires", lease = numberIn(self, "expires") })
  end,
}

local leaseMetatable = {
  __name = "lease",
  __metatable = false,
  __index = function(self, key)
    local method = leaseMethods[key]
    if method then return method end
    local secrets = rawget(self, "secrets")
    if secrets[key] then return secrets[key] end
    local names = {}
    for name in next, secrets do names[#names + 1] = name end
    table.sort(names)
    raise("usage", "the lease of " .. rawget(self, "name") .. " has no " .. host.quote(key), nil,
      "it has: " .. table.concat(names, ", ") .. "; secrets, id, name, expires(), renew(), revoke()")
  end,
  __tostring = function(self) return "lease: " .. rawget(self, "name") end,
  __close = leaseMethods.revoke,
}

return {
  -- An account of its own from a dynamic secret, kept alive while the script runs and ended with it.
  lease = function(self, name, given)
    check(name, "string", "lease: name", "the name of a dynamic secret")
    local made = call(operations.lease, {
      way = "make", session = self, name = name, options = options(given, "lease: options"),
    })
    local lease = setmetatable({ name = name, id = made.id, secrets = made.secrets }, leaseMetatable)
    numberOf[lease] = made.lease
    return lease
  end,

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
