-- What a script may do with a secret, a session: methods, and for all else an error that names the way to do it.
-- Every question asked of a secret has the same answer whatever its value. Compiled before the first of them is made.
local host = ...
local operations, call, raise, typeName = host.operations, host.call, host.raise, host.typeName
local objectInfo, type, rawequal, pairs = host.objectInfo, type, rawequal, pairs
local setmetatable, rawget = setmetatable, rawget

local function release(object)
  host.notify(operations.release, object)
end

local function nameOf(a, b)
  local kind, _, _, name = objectInfo(a)
  if kind == "secret" then return name end
  return select(4, objectInfo(b))
end

local function refuse(what, hint)
  return function(a, b)
    raise("usage", "the secret " .. nameOf(a, b) .. " cannot be " .. what, "its value never enters the script", hint)
  end
end

-- What Lua's own functions call a handle in their errors: "string expected, got a secret, …".
local typeWords = "a secret, whose value never enters the script: secret.template puts texts together"
local template = 'put it together with secret.template("…${x}…", { x = handle })'
local inject = "hand it to a program: spawn{ …, env = { NAME = handle } }, stdin = handle or files = { NAME = handle }"

local secretMethods = {
  name = function(self)
    return nameOf(self)
  end,
  source = function(self)
    return call(operations.describe, { object = self })
  end,
  close = release,
}

local function index(kind, methods)
  return function(self, key)
    local method = methods[key]
    if method then
      return function(this, ...)
        if objectInfo(this) ~= kind then
          raise("usage", kind .. ":" .. key .. ": expected a " .. kind .. " before the colon, got " .. typeName(this),
            nil, "write it with a colon: object:" .. key .. "(…)")
        end
        return method(this, ...)
      end
    end
    local names = {}
    for name in pairs(methods) do names[#names + 1] = name end
    table.sort(names)
    raise("usage", "a " .. kind .. " has no field " .. host.quote(key),
      kind == "secret" and "the value of " .. nameOf(self) .. " never enters the script" or nil,
      "it has: " .. table.concat(names, ", ") .. (kind == "secret" and "; a field of its JSON is a new secret: "
        .. "secret.field(handle, \"a.b\")" or ""))
  end
end

host.setObjectMethods("secret", {
  __name = typeWords,
  __index = index("secret", secretMethods),
  __newindex = refuse("changed", "make a new one with secret.template"),
  __tostring = function(self)
    return "[secret:" .. nameOf(self) .. "]"
  end,
  __concat = refuse("joined to a text", template),
  __len = refuse("measured", "a value's length is part of the value"),
  __lt = refuse("compared", "compare where the value may be known: in a program it is handed to"),
  __le = refuse("compared", "compare where the value may be known: in a program it is handed to"),
  __call = refuse("called", inject),
  __pairs = refuse("listed", inject),
  __add = refuse("used in arithmetic", inject),
  __sub = refuse("used in arithmetic", inject),
  __mul = refuse("used in arithmetic", inject),
  __div = refuse("used in arithmetic", inject),
  __mod = refuse("used in arithmetic", inject),
  __pow = refuse("used in arithmetic", inject),
  __idiv = refuse("used in arithmetic", inject),
  __unm = refuse("used in arithmetic", inject),
  __band = refuse("used in arithmetic", inject),
  __bor = refuse("used in arithmetic", inject),
  __bxor = refuse("used in arithmetic", inject),
  __bnot = refuse("used in arithmetic", inject),
  __shl = refuse("used in arithmetic", inject),
  __shr = refuse("used in arithmetic", inject),
  __close = release,
  __gc = release,
})

-- MARK: sessions

local function options(value, where)
  if value == nil then return {} end
  return host.check(value, "table", where, "a table of options")
end

local sessionMethods = {
  getSecret = function(self, name, given)
    host.check(name, "string", "getSecret: name", "the name of a secret")
    return call(operations.getSecret, { session = self, name = name, options = options(given, "getSecret: options") })
  end,
  getSecrets = function(self, given)
    return call(operations.getSecrets, { session = self, options = options(given, "getSecrets: options") })
  end,
  names = function(self, given)
    return call(operations.names, { session = self, options = options(given, "names: options") })
  end,
  folders = function(self, given)
    return call(operations.inspect, { way = "folders", session = self, options = options(given, "folders: options") })
  end,
  identity = function(self)
    return call(operations.inspect, { way = "identity", session = self })
  end,
  renew = function(self)
    return call(operations.renew, { session = self })
  end,
  logout = function(self)
    return call(operations.logout, { session = self })
  end,
}

-- The rarer ones are compiled when a script first uses one.
local isWhole = false
setmetatable(sessionMethods, {
  __index = function(methods, key)
    if isWhole then return nil end
    isWhole = true
    for name, method in pairs(host.part("vault")) do methods[name] = method end
    return rawget(methods, key)
  end,
})

host.setObjectMethods("session", {
  __name = "a session",
  __index = index("session", sessionMethods),
  __tostring = function(self)
    return "session: " .. select(4, objectInfo(self))
  end,
  __close = sessionMethods.logout,
})

local function login(given)
  local session = call(operations.login, options(given, "login: options"))
  host.newestSession = session
  return session
end

-- The global forms use the newest session, or log in when there is none.
local function session()
  return host.newestSession or login()
end

host.handlesAreMade()

return {
  index = index,
  login = login,

  getSecret = function(name, given)
    host.check(name, "string", "getSecret: name", "the name of a secret")
    if host.admitSecret then host.admitSecret(name, given) end
    return sessionMethods.getSecret(session(), name, given)
  end,

  getSecrets = function(given)
    return sessionMethods.getSecrets(session(), given)
  end,

  template = function(text, fields)
    host.check(text, "string", "secret.template: text", "a text with ${name} in it")
    host.check(fields, "table", "secret.template: fields",
      'a table of names and secrets or texts, as in secret.template("Bearer ${token}", { token = handle })')
    return call(operations.template, { text = text, fields = fields })
  end,
  env = function(name)
    host.check(name, "string", "secret.env: name", "the name of a variable")
    return call(operations.secretFromEnvironment, { name = name })
  end,
}
