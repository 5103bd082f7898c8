-- io: what a script writes and reads. Compiled on first use.
local host = ...
local operations, call, notify, raise, typeName = host.operations, host.call, host.notify, host.raise, host.typeName
local type, tostring, select, mathtype = type, tostring, select, math.type
local concat, sub, gsub, unpack = table.concat, string.sub, string.gsub, table.unpack
local standardOutput, standardError = host.standardOutput, host.standardError

local function write(name, stream, ...)
  local parts = {}
  for i = 1, select("#", ...) do
    local part = (select(i, ...))
    if type(part) ~= "string" and type(part) ~= "number" then
      raise("usage", name .. ": argument " .. i .. ": expected a string or a number, got " .. typeName(part),
        host.secretReason(part))
    end
    parts[i] = tostring(part)
  end
  notify(operations.write, { stream = stream, text = concat(parts) })
end

local function readOne(wanted)
  if mathtype(wanted) == "integer" and wanted >= 0 then return call(operations.readInput, { count = wanted }) end
  local mode = type(wanted) == "string" and sub(gsub(wanted, "^%*", ""), 1, 1)
  if mode == "l" then return call(operations.readInput, { line = true }) end
  if mode == "L" then return call(operations.readInput, { line = true, keep = true }) end
  if mode == "a" then return call(operations.readInput, { all = true }) end
  raise("usage", "io.read: expected \"l\", \"L\", \"a\" or a number of bytes, got " .. host.quote(wanted), nil,
    mode == "n" and "read a line and convert it: tonumber(io.read())" or nil)
end

return {
  write = function(...)
    write("io.write", 1, ...)
    return standardOutput
  end,

  -- The method of io.stdout and io.stderr.
  writeTo = function(self, ...)
    if self == standardError then
      write("io.stderr:write", 2, ...)
    elseif self == standardOutput then
      write("io.stdout:write", 1, ...)
    else
      raise("usage", "write: expected io.stdout or io.stderr before the colon, got " .. typeName(self))
    end
    return self
  end,

  read = function(...)
    if select("#", ...) == 0 then return readOne("l") end
    local results = {}
    for i = 1, select("#", ...) do
      results[i] = readOne((select(i, ...)))
      if results[i] == nil then return unpack(results, 1, i) end
    end
    return unpack(results, 1, select("#", ...))
  end,

  lines = function(name, wanted)
    if name ~= nil then
      raise("usage", "io.lines: a file cannot be opened in a script", nil,
        "read it whole: for line in fs.read(path):gmatch(\"[^\\n]+\") do … end")
    end
    return function() return readOne(wanted or "l") end
  end,
}
