-- spawn and pipe. Compiled on first use.
local host = ...
local operations, call, raise, objectInfo = host.operations, host.call, host.raise, host.objectInfo
local type, tostring, select, next, rawget = type, tostring, select, next, rawget
local concat, mathtype = table.concat, math.type

-- Numbers become text here, as Lua writes them; all else is checked by the host.
local function argumentTexts(list, depth)
  if depth > 16 then raise("usage", "spawn: the lists of arguments are nested too deeply") end
  local copy = {}
  for key, value in next, list do
    if mathtype(key) == "integer" and type(value) == "number" then
      copy[key] = tostring(value)
    elseif mathtype(key) == "integer" and type(value) == "table" then
      copy[key] = argumentTexts(value, depth + 1)
    else
      copy[key] = value
    end
  end
  return copy
end

local function rewritten(...)
  local parts = {}
  for i = 1, select("#", ...) do
    local part = (select(i, ...))
    -- A secret is no argument, here as in the table.
    if objectInfo(part) == "secret" then part = "env = { NAME = handle }" else part = host.quote(part) end
    parts[i] = part
  end
  return "spawn{ " .. concat(parts, ", ") .. " }"
end

-- What the host is told beside the options: the task that it belongs to. A program beside others has no terminal.
local function tagged(copy, name)
  if copy.task ~= nil then raise("usage", name .. ": there is no option \"task\"") end
  local strand = host.strands.current()
  if strand and strand.parent then
    copy.task = strand.task
    if strand.isBeside and copy.tty == nil and name == "spawn" then copy.tty = false end
  end
  return copy
end

local function spawn(spec, ...)
  if type(spec) ~= "table" or select("#", ...) > 0 then
    local line = type(spec) == "table" and "spawn{ \"program\", \"argument\", … }" or rewritten(spec, ...)
    raise("usage", "spawn takes one table: the program, its arguments and the options", nil, "write " .. line)
  end
  local isBeside = rawget(spec, "background") or rawget(spec, "detach")
  -- Its methods are there before the program is.
  if isBeside then host.part("processes") end
  local result = call(operations.spawn, tagged(argumentTexts(spec, 0), "spawn"))
  if isBeside and not rawget(spec, "detach") then host.keepProgram(result) end
  return result
end

-- Joins programs as a shell pipe does.
local function pipe(spec, ...)
  if type(spec) ~= "table" or select("#", ...) > 0 then
    raise("usage", "pipe takes one table: a table for each program, and the options of the whole", nil,
      'write pipe{ { "git", "log" }, { "head" }, capture = true }')
  end
  local copy = {}
  for key, value in next, spec do
    copy[key] = type(key) == "number" and type(value) == "table" and argumentTexts(value, 0) or value
  end
  return call(operations.pipe, tagged(copy, "pipe"))
end

return { spawn = spawn, pipe = pipe }
