-- The first part of the prelude: how the others are found, and errors as scripts see them: tables with kind, message,
-- reason, hint and what else applies. What only we may know of an error (the host's record of it, where it happened) is
-- kept beside it, never in it. What only happens on a mistake is in faults.lua.
local host = ...
local setmetatable, tostring, type, getinfo, next = setmetatable, tostring, type, debug.getinfo, next
local concat, byte, find, rawget, error, ipairs = table.concat, string.byte, string.find, rawget, error, ipairs

-- MARK: parts

-- A part of the prelude that is compiled when it is first used: a script without it does not pay for it. It has our
-- own globals, not the script's, which may have been changed by then.
local ours, parts = _ENV, {}
function host.part(name)
  local part = parts[name]
  if not part then
    local chunk, message = host.load(host.preludeSource(name), "=[vaultscript]", ours)
    -- Its text is right: what was missing is room on the stack of a script that calls itself too often.
    if not chunk then error(message, 0) end
    part = chunk(host)
    parts[name] = part
  end
  return part
end

-- A part begins anew the next time.
function host.forget(name) parts[name] = nil end

local part = host.part

-- The function `name` of a part.
function host.lazy(from, name)
  return function(...) return part(from)[name](...) end
end

-- MARK: errors

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

-- Raises an error of our own: a wrong argument, a thing that is not there.
function host.raise(kind, message, reason, hint)
  error(host.makeError { kind = kind, message = message, reason = reason, hint = hint }, 0)
end

-- Says where an error was raised that was made beforehand, and which secret is meant. Called by the message handler, while
-- the stack is still there; gives what is to be raised.
function host.locate(e)
  if type(e) == "string" then
    if not find(e, "got a secret, whose", 1, true) then return e end
    return (part("faults").named(e, 4))
  end
  if kindOf[e] == "limit" and not placeOf[e] then placeOf[e] = place() end
  return e
end

-- Where the script is now, as "file:line".
host.place = place
-- What is kept beside errors, for faults.lua.
host.besideErrors = { place = placeOf, code = codeOf }

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
  part("faults").refuse(value, where, expected)
end

for name in ("raiseAt raiseUnplaced raiseFailure typeName secretReason quote"):gmatch("%a+") do
  host[name] = host.lazy("faults", name)
end

-- MARK: what the host owns

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

-- JSON's null: a table may not hold nil.
host.jsonNull = setmetatable({}, {
  __name = "json.null",
  __metatable = false,
  __tostring = function() return "null" end,
  __newindex = host.lazy("faults", "refuseChange"),
})

-- Takes what the worker tells the prelude: the operations' numbers, the script's folder and arguments.
function host.configure(settings)
  for name, value in next, settings do host[name] = value end
end
