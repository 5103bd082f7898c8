-- New secrets from old ones: arguments are checked here, the value is made in the host. Compiled when first used.
local host = ...
local operations, call, raise, typeName, check = host.operations, host.call, host.raise, host.typeName, host.check
local objectInfo, type = host.objectInfo, type

-- A text is told from a secret by its type alone: what is in it would be in the script already.
local function secretAt(value, where)
  if objectInfo(value) == "secret" then return value end
  raise("usage", where .. ": expected a secret, got " .. typeName(value), nil,
    type(value) == "string" and "a text is no secret; one that belongs into a value goes through secret.template" or nil)
end

local function optionsAt(value, where)
  if value == nil then return nil end
  return check(value, "table", where, "a table of options")
end

local function form(way)
  local where = "secret." .. way
  return function(value, options)
    secretAt(value, where)
    return call(operations.derive, { way = way, secret = value, options = optionsAt(options, where .. ": options") })
  end
end

local function plain(way)
  local make = form(way)
  return function(value, ...)
    if select("#", ...) > 0 then raise("usage", "secret." .. way .. ": it takes one argument, a secret") end
    return make(value)
  end
end

return {
  base64 = form("base64"),
  base64Decode = plain("base64Decode"),
  hex = plain("hex"),
  urlEncode = plain("urlEncode"),
  trim = plain("trim"),

  field = function(value, path)
    secretAt(value, "secret.field")
    check(path, "string", "secret.field: path", "the names of fields, such as \"db.password\"")
    return call(operations.derive, { way = "field", secret = value, field = path })
  end,

  json = function(value)
    if type(value) ~= "table" and objectInfo(value) ~= "secret" then
      raise("usage", "secret.json: value: expected a table with secrets in it, got " .. typeName(value))
    end
    return call(operations.derive, { way = "json", parts = host.json().encodeParts(value) })
  end,

  hmac = function(algorithm, key, message, options)
    check(algorithm, "string", "secret.hmac: algorithm", "\"sha256\", \"sha512\" or \"sha1\"")
    secretAt(key, "secret.hmac: key")
    if type(message) ~= "string" then secretAt(message, "secret.hmac: message") end
    return call(operations.derive, {
      way = "hmac", algorithm = algorithm, key = key, message = message,
      options = optionsAt(options, "secret.hmac: options"),
    })
  end,

  random = function(count, options)
    if type(count) ~= "number" then
      raise("usage", "secret.random: count: expected a number from 4 to 1024, got " .. typeName(count))
    end
    return call(operations.derive, { way = "random", count = count, options = optionsAt(options, "secret.random: options") })
  end,

  prompt = function(text, options)
    check(text, "string", "secret.prompt: text", "the question, such as \"Password: \"")
    return call(operations.derive, { way = "prompt", text = text, options = optionsAt(options, "secret.prompt: options") })
  end,

  file = function(path)
    check(path, "string", "secret.file: path", "the path of a file")
    return call(operations.derive, { way = "file", path = path })
  end,

  -- A secret for each setting of an environment file, by name.
  dotenv = function(path)
    check(path, "string", "secret.dotenv: path", "the path of an environment file")
    return call(operations.derive, { way = "dotenv", path = path })
  end,

  -- All of standard input.
  input = function(options)
    return call(operations.derive, { way = "input", options = optionsAt(options, "secret.input: options") })
  end,
}
