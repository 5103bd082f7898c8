-- What errors say of the values they are about, and the rarer ways to raise one. Compiled at a script's first mistake.
local host = ...
local tostring, type, error = tostring, type, error
local find, sub, getlocal, format = string.find, string.sub, debug.getlocal, string.format
local objectInfo, place, code = host.objectInfo, host.besideErrors.place, host.besideErrors.code

local function typeName(value)
  local kind, _, _, name = objectInfo(value)
  if kind == "secret" then return "the secret " .. name end
  if kind then return "a " .. kind end
  local t = type(value)
  if t == "nil" then return "nothing" end
  return "a " .. t
end

-- Why a secret is not taken, and where it is; nothing for anything else.
local function secretReason(value)
  if objectInfo(value) == "secret" then
    return "its value never enters the script",
      "a secret goes to a program: spawn{ …, env = { NAME = handle } }, stdin = handle or files = { NAME = handle }"
  end
end

return {
  typeName = typeName,
  secretReason = secretReason,

  quote = function(value)
    if type(value) == "string" then return format("%q", value) end
    return tostring(value)
  end,

  -- Lua's own functions tell in their errors what they were given, but not which secret: their arguments are still there.
  named = function(message, level)
    local from, to = find(message, "got a secret, whose", 1, true)
    if not from then return message end
    for i = 1, 16 do
      local name, value = getlocal(level, i)
      if not name then return message end
      if objectInfo(value) == "secret" then
        return sub(message, 1, from - 1) .. "got " .. typeName(value) .. ", whose" .. sub(message, to + 1)
      end
    end
    return message
  end,

  -- The rest of host.check, for a value of the wrong type.
  refuse = function(value, where, expected)
    host.raise("usage", where .. ": expected " .. expected .. ", got " .. typeName(value), secretReason(value))
  end,

  refuseChange = function() host.raise("usage", "json.null cannot be changed") end,

  -- Raises an error that is about another line than the one that runs.
  raiseAt = function(where, kind, message, reason, hint)
    local e = host.makeError { kind = kind, message = message, reason = reason, hint = hint }
    place[e] = where
    error(e, 0)
  end,

  -- The same for a message that says where by itself.
  raiseUnplaced = function(kind, message, reason, hint)
    local e = host.makeError { kind = kind, message = message, reason = reason, hint = hint }
    place[e] = nil
    error(e, 0)
  end,

  -- Raises the error of `fail`, with the exit code that the script chose.
  raiseFailure = function(message, exitCode)
    local e = host.makeError { kind = "script", message = message }
    code[e] = exitCode
    error(e, 0)
  end,
}
