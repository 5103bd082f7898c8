-- What most scripts use one of: log, sleep, fail, os.getenv; and where a secret is refused by functions that are otherwise
-- Lua's own. Compiled on first use.
local host = ...
local operations, call, notify, raise, typeName = host.operations, host.call, host.notify, host.raise, host.typeName
local check, objectInfo = host.check, host.objectInfo
local type, tostring, select, error, pairs, next, mathtype = type, tostring, select, error, pairs, next, math.type

local function checkText(value, where)
  if type(value) == "string" or type(value) == "number" then return tostring(value) end
  raise("usage", where .. ": message: expected a text, got " .. typeName(value), host.secretReason(value))
end

local function logger(level)
  local where = "log." .. level
  return function(message, fields)
    message = checkText(message, where)
    local shown
    if fields ~= nil then
      check(fields, "table", where .. ": fields", "a table")
      shown = {}
      for key, value in pairs(fields) do
        if type(key) ~= "string" then
          raise("usage", where .. ": fields: expected names as keys, got " .. typeName(key))
        end
        shown[key] = type(value) == "table" and host.json().encode(value) or tostring(value)
      end
    end
    notify(operations.log, { level = level, message = message, fields = shown })
  end
end

local function exitCode(given)
  if given == nil then return 1 end
  check(given, "table", "fail: options", "a table such as { code = 3 }")
  for key in pairs(given) do
    if key ~= "code" then raise("usage", "fail: there is no option " .. host.quote(key), nil, "it takes: code") end
  end
  local code = given.code == nil and 1 or given.code
  if mathtype(code) ~= "integer" or code < 1 or code > 255 then
    raise("usage", "fail: code: expected a number from 1 to 255, got " .. host.quote(code))
  end
  return code
end

return {
  debug = logger("debug"),
  info = logger("info"),
  warn = logger("warn"),
  error = logger("error"),

  sleep = function(duration)
    if duration == nil then raise("usage", "sleep: duration: expected seconds or a text such as \"90s\", got nothing") end
    call(operations.sleep, { duration = duration })
  end,

  fail = function(message, given)
    message = checkText(message, "fail")
    host.raiseFailure(message, exitCode(given))
  end,

  getenv = function(name)
    check(name, "string", "os.getenv: name", "the name of a variable")
    return call(operations.environmentVariable, { name = name })
  end,

  -- Lua's own error of table.concat names the place in the list alone; ours names the secret.
  refuseConcat = function(problem, list)
    if type(list) == "table" then
      for _, value in next, list do
        if objectInfo(value) == "secret" then
          raise("usage", typeName(value) .. " cannot be joined to a text", "its value never enters the script",
            "put it together with secret.template(\"…${x}…\", { x = handle })")
        end
      end
    end
    -- Level 3 is what called table.concat.
    error(problem, 3)
  end,

  -- Lua's own tonumber gives nil for what is no number, and a script would go on with that.
  refuseNumber = function(value)
    raise("usage", typeName(value) .. " cannot be made a number", "its value never enters the script",
      "compare or compute where the value may be known: in a program it is handed to")
  end,
}
