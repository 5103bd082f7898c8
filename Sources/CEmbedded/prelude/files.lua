-- fs: the files of a script. The host does it all and checks paths and options; here is said what stands where.
local host = ...
local call, check, raise, typeName = host.call, host.check, host.raise, host.typeName
local operations, objectInfo, type, select = host.operations, host.objectInfo, type, select
local tostring = tostring

local function path(value, where)
  return check(value, "string", where, "a path")
end

local function options(value, name)
  if value == nil then return nil end
  return check(value, "table", name .. ": options", "a table of options")
end

-- A function of a path and options.
local function one(verb)
  local name = "fs." .. verb
  return function(at, given)
    path(at, name .. ": path")
    return call(operations.file, { verb = verb, path = at, options = options(given, name) })
  end
end

-- A function of two paths and options.
local function two(verb)
  local name = "fs." .. verb
  return function(from, to, given)
    path(from, name .. ": from")
    path(to, name .. ": to")
    return call(operations.file, { verb = verb, path = from, to = to, options = options(given, name) })
  end
end

local function write(at, text, given)
  path(at, "fs.write: path")
  if type(text) == "number" then text = tostring(text) end
  -- What a secret is told instead is the host's to say.
  if type(text) ~= "string" and objectInfo(text) ~= "secret" then
    raise("usage", "fs.write: text: expected a text, got " .. typeName(text), nil,
      type(text) == "table" and "make a text of a table first: json.encode(value)" or nil)
  end
  return call(operations.file, { verb = "write", path = at, text = text, options = options(given, "fs.write") })
end

return {
  read = one("read"), exists = one("exists"), stat = one("stat"), list = one("list"), glob = one("glob"),
  mkdir = one("mkdir"), remove = one("remove"), rename = two("rename"), copy = two("copy"), write = write,
  tempDir = function(...)
    if select("#", ...) > 0 then raise("usage", "fs.tempDir takes no arguments") end
    return call(operations.file, { verb = "tempDir" })
  end,
}
