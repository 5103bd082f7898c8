-- recipe{ … }: what a script declares, the parameters it gets, and the result it gives. The host reads the declaration
-- and keeps the run to it; here are the patterns, which are Lua's, and the result's JSON.
local host = ...
local operations, call, check, raise, typeName = host.operations, host.call, host.check, host.raise, host.typeName
local objectInfo, type, next, pcall, tostring, mathtype = host.objectInfo, type, next, pcall, tostring, math.type
local find, sub, concat, sort, select = string.find, string.sub, table.concat, table.sort, select
local getinfo = debug.getinfo

-- The script's arguments, without the script's name at 0.
local function arguments()
  local list = {}
  for i = 1, #host.scriptArguments do list[i] = host.scriptArguments[i] end
  return list
end

-- The line of the script itself that has called recipe by this name; nil for another name, a function, or another chunk.
local function line()
  local called = getinfo(3, "nt")
  if called.istailcall or called.namewhat ~= "global" or called.name ~= "recipe" then return nil end
  local caller = getinfo(4, "fl")
  return caller.func == host.chunk and caller.currentline or nil
end

local function paramsText(source)
  if source == "-" then return call(operations.readInput, { all = true }) or "" end
  if find(source, "^%s*[{%[]") then return source end
  return call(operations.file, { verb = "read", path = source })
end

-- The value of --params-json, where it is given; the object that it stands for.
local function paramsObject(list)
  local source
  for i, argument in ipairs(list) do
    if argument == "--params-json" then source = list[i + 1] or "" end
    if sub(argument, 1, 14) == "--params-json=" then source = sub(argument, 15) end
  end
  if not source then return nil end
  if #list > (list[1] == "--params-json" and 2 or 1) then
    host.raiseUnplaced("usage", "--params-json gives all parameters", "other arguments stand beside it",
      "put them into the JSON object")
  end
  local ok, object = pcall(host.json().decode, paramsText(source))
  if not ok then
    host.raiseUnplaced("usage", "--params-json: the text is not JSON",
      type(object) == "table" and object.reason or tostring(object), "give one JSON object: {\"name\": \"value\"}")
  end
  return object
end

-- The object as it can cross: json.null in it says nothing, as leaving the parameter out does.
local function withoutNull(object)
  if object == host.jsonNull then return nil end
  if type(object) ~= "table" then return object end
  local copy = {}
  for key, value in next, object do
    if value ~= host.jsonNull then copy[key] = value end
  end
  return copy
end

local function matches(pattern, text)
  return find(text, "^" .. pattern .. "$") ~= nil
end

local function checkPattern(name, pattern, value, problems)
  for _, text in ipairs(type(value) == "table" and value or { value }) do
    local ok, isMatch = pcall(matches, pattern, text)
    if not ok then raise("usage", "recipe: params." .. name .. ": pattern: " .. tostring(isMatch)) end
    if not isMatch then
      problems[#problems + 1] = name .. ": expected a text that matches " .. pattern .. ", got " .. host.quote(text)
    end
  end
end

local function refuse(problems)
  local hint = "see: vaultscript " .. tostring(host.scriptArguments[0]) .. " --help"
  if #problems == 1 then host.raiseUnplaced("usage", problems[1], nil, hint) end
  host.raiseUnplaced("usage", #problems .. " things are wrong with the parameters",
    "  " .. concat(problems, "\n  "), hint)
end

local function checkedParams(list)
  local object = paramsObject(list)
  local answer = call(operations.recipe, {
    step = "check", arguments = object == nil and list or nil, object = object ~= nil and { withoutNull(object) } or nil,
  })
  local problems = answer.problems
  local names = {}
  for name in next, answer.patterns do names[#names + 1] = name end
  sort(names)
  for _, name in ipairs(names) do
    if answer.values[name] ~= nil then checkPattern(name, answer.patterns[name], answer.values[name], problems) end
  end
  if #problems > 0 then refuse(problems) end
  for _, value in next, answer.values do
    if type(value) == "table" then host.json().array(value) end
  end
  return answer.values
end

-- MARK: the result

-- Objects of the host have no form in JSON; the path says where one is.
local function checkResult(value, path, open)
  local kind = objectInfo(value)
  if kind then
    raise("usage", path .. " is " .. typeName(value) .. ", which has no form in a result",
      kind == "secret" and "its value never enters the script" or nil, "leave it out of what the script returns")
  end
  local t = type(value)
  if t ~= "table" then
    if t == "function" or t == "thread" or t == "userdata" then
      raise("usage", path .. " is " .. typeName(value) .. ", which has no form in a result")
    end
    return
  end
  if value == host.jsonNull then return end
  if open[value] then raise("usage", path .. " holds itself") end
  open[value] = true
  for key, inner in next, value do
    local step = mathtype(key) == "integer" and "[" .. key .. "]" or "." .. tostring(key)
    checkResult(inner, path .. step, open)
  end
  open[value] = nil
end

local function encoded(value)
  checkResult(value, "the result", {})
  return host.json().encode(value)
end

-- What the run ends with: the script's return value as JSON. No value is no result.
local function finish(value)
  if value == nil then return true, nil, { status = "done" } end
  local ok, text = pcall(encoded, value)
  if not ok then return false, text end
  return true, nil, { status = "done", result = text }
end

return {
  recipe = function(spec, ...)
    if host.isInteractive then
      raise("usage", "recipe: vaultscript repl takes no recipe", "a recipe limits a whole script, and here there are only lines",
        "put it into a file, and run that: vaultscript FILE")
    end
    if select("#", ...) > 0 then raise("usage", "recipe takes one table", nil, "write recipe{ name = \"…\", … }") end
    check(spec, "table", "recipe", "a table such as { name = \"release\" }")
    local list = arguments()
    call(operations.recipe, {
      step = "declare", spec = spec, line = line(), arguments = list, script = host.scriptArguments[0],
    })
    host.finishRecipe = finish
    host.admitSecret = function(name, given)
      call(operations.recipe, { step = "admit", name = name, options = given })
    end
    return checkedParams(list)
  end,
}
