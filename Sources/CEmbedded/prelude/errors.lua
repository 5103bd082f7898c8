-- Errors as scripts see them: tables with kind, message, reason, hint and what else applies.
-- What only we may know of an error (the host's record of it, where it happened) is kept beside it, never in it.
local host = ...
local setmetatable, tostring, type, getinfo = setmetatable, tostring, type, debug.getinfo
local concat, byte, rawget, error = table.concat, string.byte, rawget, error
local find, sub, getlocal = string.find, string.sub, debug.getlocal

local recordOf = setmetatable({}, { __mode = "k" })
local placeOf = setmetatable({}, { __mode = "k" })
local codeOf = setmetatable({}, { __mode = "k" })
local kindOf = setmetatable({}, { __mode = "k" })

local function text(e)
  local lines = { tostring(rawget(e, "message")) }
  for _, field in ipairs { "reason", "hint" } do
    local value = rawget(e, field)
    if type(value) == "string" and value ~= "" then lines[#lines + 1] = value end
  end
  return concat(lines, "\n")
end

local errorMetatable = { __name = "error", __metatable = false, __tostring = text }

-- The line of the script that is being run: the first level that is neither ours nor the stdlib's ("=[…").
local function place()
  local level = 3
  while true do
    local info = getinfo(level, "Sl")
    if not info then return nil end
    if info.currentline > 0 and byte(info.source, 2) ~= 91 then return info.short_src .. ":" .. info.currentline end
    level = level + 1
  end
end

-- An error object from a record: { kind, message, reason, hint, status, code, signal, args, stderr, id }.
function host.makeError(record)
  local id = record.id
  record.id = nil
  local e = setmetatable(record, errorMetatable)
  recordOf[e] = id
  placeOf[e] = place()
  if not id then kindOf[e] = record.kind end
  return e
end

-- Lua's own functions tell in their errors what they were given, but not which secret: their arguments are still there.
local function named(message, level)
  local from, to = find(message, "got a secret, whose", 1, true)
  if not from then return message end
  for i = 1, 16 do
    local name, value = getlocal(level, i)
    if not name then return message end
    if host.objectInfo(value) == "secret" then
      return sub(message, 1, from - 1) .. "got " .. host.typeName(value) .. ", whose" .. sub(message, to + 1)
    end
  end
  return message
end

-- Says where an error was raised that was made beforehand, and which secret is meant. Called by the message handler, while
-- the stack is still there; gives what is to be raised.
function host.locate(e)
  if type(e) == "string" then return (named(e, 4)) end
  if kindOf[e] == "limit" and not placeOf[e] then placeOf[e] = place() end
  return e
end

-- Where the script is now, as "file:line".
host.place = place

-- Raises an error that is about another line than the one that runs.
function host.raiseAt(where, kind, message, reason, hint)
  local e = host.makeError { kind = kind, message = message, reason = reason, hint = hint }
  placeOf[e] = where
  error(e, 0)
end

-- Raises an error of our own: a wrong argument, a thing that is not there.
function host.raise(kind, message, reason, hint)
  error(host.makeError { kind = kind, message = message, reason = reason, hint = hint }, 0)
end

-- The same for a message that says where by itself.
function host.raiseUnplaced(kind, message, reason, hint)
  local e = host.makeError { kind = kind, message = message, reason = reason, hint = hint }
  placeOf[e] = nil
  error(e, 0)
end

-- Raises the error of `fail`, with the exit code that the script chose.
function host.raiseFailure(message, code)
  local e = host.makeError { kind = "script", message = message }
  codeOf[e] = code
  error(e, 0)
end

-- What the host is told of the error that ended the script.
function host.describeError(e, traceback)
  local report = { status = "error", traceback = traceback }
  if type(e) == "table" then
    report.fault, report.place, report.code, report.kind = recordOf[e], placeOf[e], codeOf[e], kindOf[e]
    local isText = type(rawget(e, "message")) == "string"
    report.text = isText and text(e) or "a table was raised as an error"
  elseif type(e) == "string" then
    report.text = e
  elseif type(e) == "number" or type(e) == "boolean" or e == nil then
    report.text = tostring(e)
  else
    report.text = host.typeName(e) .. " was raised as an error"
  end
  return report
end

-- Checks one argument: `where` names the function and the argument, `expected` what it takes.
function host.check(value, wanted, where, expected)
  if type(value) == wanted then return value end
  host.raise("usage", where .. ": expected " .. expected .. ", got " .. host.typeName(value), host.secretReason(value))
end

-- The sorts of objects, by the numbers of the wire.
local kinds = { "secret", "session", "process" }
local rawObjectInfo, rawSetMethods = host.objectInfo, host.setObjectMethods

-- What sort of object a value is, with index, generation and name; nil where it is none of ours.
function host.objectInfo(value)
  local kind, index, generation, name = rawObjectInfo(value)
  return kind and kinds[kind], index, generation, name
end

function host.setObjectMethods(name, methods)
  for number, kind in ipairs(kinds) do
    if kind == name then rawSetMethods(number, methods) end
  end
end

function host.typeName(value)
  local kind, _, _, name = host.objectInfo(value)
  if kind == "secret" then return "the secret " .. name end
  if kind then return "a " .. kind end
  local t = type(value)
  if t == "nil" then return "nothing" end
  return "a " .. t
end

local function isSecret(value)
  return host.objectInfo(value) == "secret"
end

-- Why a secret is not taken, and where it is; nothing for anything else.
function host.secretReason(value)
  if isSecret(value) then
    return "its value never enters the script",
      "a secret goes to a program: spawn{ …, env = { NAME = handle } }, stdin = handle or files = { NAME = handle }"
  end
end

-- JSON's null: a table may not hold nil.
host.jsonNull = setmetatable({}, {
  __name = "json.null",
  __metatable = false,
  __tostring = function() return "null" end,
  __newindex = function() host.raise("usage", "json.null cannot be changed") end,
})

-- Takes what the worker tells the prelude: the operations' numbers, the script's folder and arguments.
function host.configure(settings)
  for name, value in next, settings do host[name] = value end
  host.operationNames = {}
  for name, number in next, host.operations do host.operationNames[number] = name end
end
