-- What a script finds: the allow-list of globals, put together here and compared at the end.
local host = ...
local operations, call, notify, raise = host.operations, host.call, host.notify, host.raise
local objectInfo, typeName = host.objectInfo, host.typeName
local type, tostring, select, error, pairs, ipairs, next = type, tostring, select, error, pairs, ipairs, next
local concat, floor, mathtype, format = table.concat, math.floor, math.type, string.format
local sub, gsub, unpack = string.sub, string.gsub, table.unpack
local setmetatable, rawget = setmetatable, rawget

function host.quote(value)
  if type(value) == "string" then return format("%q", value) end
  return tostring(value)
end

-- A name that exists in Lua elsewhere and not here, with the way to do it.
local function absent(name, hint)
  return function()
    raise("usage", name .. " is not available in a script", nil, hint)
  end
end

-- MARK: output and input

local function write(stream, text)
  notify(operations.write, { stream = stream, text = text })
end

local function writer(name, stream, result)
  return function(...)
    local parts = {}
    for i = 1, select("#", ...) do
      local part = (select(i, ...))
      if type(part) ~= "string" and type(part) ~= "number" then
        raise("usage", name .. ": argument " .. i .. ": expected a string or a number, got " .. typeName(part),
          host.secretReason(part))
      end
      parts[i] = tostring(part)
    end
    write(stream, concat(parts))
    return result()
  end
end

local function print(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  write(1, concat(parts, "\t") .. "\n")
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

local function read(...)
  if select("#", ...) == 0 then return readOne("l") end
  local results = {}
  for i = 1, select("#", ...) do
    results[i] = readOne((select(i, ...)))
    if results[i] == nil then return unpack(results, 1, i) end
  end
  return unpack(results, 1, select("#", ...))
end

local stream = {}
local standardError = setmetatable({}, { __index = stream, __name = "FILE*", __metatable = false })
local standardOutput = setmetatable({}, { __index = stream, __name = "FILE*", __metatable = false })
local function keepStandardError() return standardError end
local function keepStandardOutput() return standardOutput end
local writeError = writer("io.stderr:write", 2, keepStandardError)
local writeOutput = writer("io.stdout:write", 1, keepStandardOutput)
function stream.write(self, ...)
  if self == standardError then return writeError(...) end
  if self == standardOutput then return writeOutput(...) end
  raise("usage", "write: expected io.stdout or io.stderr before the colon, got " .. typeName(self))
end
function stream.flush(self) return self end
function stream.setvbuf() return true end

local files = "read it whole with fs.read(path), write it with fs.write(path, text)"
local io = {
  write = writer("io.write", 1, keepStandardOutput),
  read = read,
  lines = function(name, wanted)
    if name ~= nil then
      raise("usage", "io.lines: a file cannot be opened in a script", nil,
        "read it whole: for line in fs.read(path):gmatch(\"[^\\n]+\") do … end")
    end
    return function() return readOne(wanted or "l") end
  end,
  stdout = standardOutput,
  stderr = standardError,
  open = absent("io.open", files),
  popen = absent("io.popen", "run a program with spawn{ \"program\", \"argument\", capture = true }"),
  input = absent("io.input", "standard input is read with io.read"),
  output = absent("io.output", "standard output is written with io.write"),
  tmpfile = absent("io.tmpfile", "make a folder that is gone at the end of the run: fs.tempDir(); or hand text to a program with spawn{ …, stdin = text } or files = { NAME = text }"),
  close = absent("io.close", files),
}

-- MARK: the system

local function exit(code)
  if code == nil or code == true then code = 0 elseif code == false then code = 1 end
  if mathtype(code) ~= "integer" or code < 0 or code > 255 then
    raise("usage", "os.exit: expected a number from 0 to 255, true or false, got " .. host.quote(code))
  end
  host.exit(code)
end

local os = {
  time = os.time,
  clock = os.clock,
  date = os.date,
  difftime = os.difftime,
  exit = exit,
  getenv = function(name)
    host.check(name, "string", "os.getenv: name", "the name of a variable")
    return call(operations.environmentVariable, { name = name })
  end,
  execute = absent("os.execute", "run a program with spawn{ \"program\", \"argument\" }"),
  remove = absent("os.remove", "use fs.remove(path)"),
  rename = absent("os.rename", "use fs.rename(from, to)"),
  tmpname = absent("os.tmpname", "make a folder that is gone at the end of the run: fs.tempDir(); or hand text to a program with spawn{ …, files = { NAME = text } }"),
  setlocale = absent("os.setlocale", "set LC_ALL in the environment of a child: spawn{ …, env = { LC_ALL = \"C\" } }"),
}

local function logger(level)
  return function(message, fields)
    if type(message) ~= "string" and type(message) ~= "number" then
      raise("usage", "log." .. level .. ": message: expected a text, got " .. typeName(message),
        host.secretReason(message))
    end
    local shown
    if fields ~= nil then
      host.check(fields, "table", "log." .. level .. ": fields", "a table")
      shown = {}
      for key, value in pairs(fields) do
        if type(key) ~= "string" then
          raise("usage", "log." .. level .. ": fields: expected names as keys, got " .. typeName(key))
        end
        shown[key] = type(value) == "table" and host.json().encode(value) or tostring(value)
      end
    end
    notify(operations.log, { level = level, message = tostring(message), fields = shown })
  end
end

local function sleep(duration)
  if duration == nil then raise("usage", "sleep: duration: expected seconds or a text such as \"90s\", got nothing") end
  call(operations.sleep, { duration = duration })
end

local function fail(message, given)
  if type(message) ~= "string" and type(message) ~= "number" then
    raise("usage", "fail: message: expected a text, got " .. typeName(message), host.secretReason(message))
  end
  local code = 1
  if given ~= nil then
    host.check(given, "table", "fail: options", "a table such as { code = 3 }")
    for key in pairs(given) do
      if key ~= "code" then raise("usage", "fail: there is no option " .. host.quote(key), nil, "it takes: code") end
    end
    code = given.code == nil and 1 or given.code
    if mathtype(code) ~= "integer" or code < 1 or code > 255 then
      raise("usage", "fail: code: expected a number from 1 to 255, got " .. host.quote(code))
    end
  end
  host.raiseFailure(tostring(message), code)
end

local function defer(f)
  host.check(f, "function", "defer: argument 1", "a function")
  host.defer(f)
end

-- MARK: programs

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

-- Compiled when a script first has a program in the background or a pipe.
local processModule
local function processes()
  if not processModule then
    processModule = host.load(host.preludeSource("processes"), "=[vaultscript]")(host, argumentTexts, tagged)
  end
  return processModule
end

local function spawn(spec, ...)
  if type(spec) ~= "table" or select("#", ...) > 0 then
    local line = type(spec) == "table" and "spawn{ \"program\", \"argument\", … }" or rewritten(spec, ...)
    raise("usage", "spawn takes one table: the program, its arguments and the options", nil, "write " .. line)
  end
  local isBeside = rawget(spec, "background") or rawget(spec, "detach")
  if isBeside then processes() end
  local result = call(operations.spawn, tagged(argumentTexts(spec, 0), "spawn"))
  if isBeside and not rawget(spec, "detach") then host.keepProgram(result) end
  return result
end

local function pipe(...)
  return processes().pipe(...)
end

-- MARK: modules

local loaded = {}
local loading = {}

local function moduleSource(name)
  local text = host.standardModule(name)
  if text then return text, "=[stdlib/" .. name .. ".lua]" end
  local found = call(operations.module, { name = name })
  return found.text, "@" .. found.file
end

local function require(name)
  host.check(name, "string", "require: name", "the name of a module")
  if loaded[name] ~= nil then return loaded[name] end
  if loading[name] then raise("usage", "require: the module " .. name .. " requires itself while it is being loaded") end
  local text, chunkName = moduleSource(name)
  local chunk, message = host.load(text, chunkName)
  if not chunk then
    -- The message names file and line itself.
    host.raiseUnplaced("usage", message, "the module " .. name .. " cannot be compiled", "mend the line and run it again")
  end
  loading[name] = true
  local ok, result = pcall(chunk, name)
  loading[name] = nil
  if not ok then error(result, 0) end
  loaded[name] = result == nil and true or result
  return loaded[name]
end

-- A part of the prelude that is compiled when it is first used: a script without it does not pay for it. It has our
-- own globals, not the script's, which may have been changed by then.
local ours = _ENV
local parts = {}
function host.part(name)
  if not parts[name] then parts[name] = host.load(host.preludeSource(name), "=[vaultscript]", ours)(host) end
  return parts[name]
end

function host.json() return host.part("json") end

-- A script may change its libraries, as any Lua script; ours are not the same tables. (Methods of texts are, so the
-- prelude calls none of them at run time.)
local function copy(library)
  local fields = {}
  for name, value in next, library do fields[name] = value end
  return fields
end

local function lazy(part, name)
  return function(...) return host.part(part)[name](...) end
end

local coroutineLibrary = {}
for name in ("close create isyieldable resume running status wrap yield"):gmatch("%a+") do
  coroutineLibrary[name] = lazy("coroutines", name)
end

local fs = {}
for name in ("copy exists glob list mkdir read remove rename stat tempDir write"):gmatch("%a+") do
  fs[name] = lazy("files", name)
end

-- Lua's own error names the place in the list alone; ours names the secret.
local function concatenate(list, ...)
  local ok, result = pcall(concat, list, ...)
  if ok then return result end
  if type(list) == "table" then
    for _, value in next, list do
      if objectInfo(value) == "secret" then
        raise("usage", "the secret " .. select(4, objectInfo(value)) .. " cannot be joined to a text",
          "its value never enters the script", "put it together with secret.template(\"…${x}…\", { x = handle })")
      end
    end
  end
  error(result, 2)
end
table.concat = concatenate

-- Lua's own gives nil for what is no number, and a script would go on with that.
local toNumber = tonumber
local function tonumber(...)
  local value = ...
  if type(value) == "userdata" and objectInfo(value) == "secret" then
    raise("usage", "the secret " .. select(4, objectInfo(value)) .. " cannot be made a number",
      "its value never enters the script", "compare or compute where the value may be known: in a program it is handed to")
  end
  return toNumber(...)
end

local basic = {
  assert = assert, collectgarbage = collectgarbage, error = error, getmetatable = getmetatable, ipairs = ipairs,
  load = load, next = next, pairs = pairs, pcall = pcall, print = print, rawequal = rawequal,
  rawget = rawget, rawlen = rawlen, rawset = rawset, require = require, select = select, setmetatable = setmetatable,
  tonumber = tonumber, tostring = tostring, type = type, warn = absent("warn", "write log.warn(message)"),
  xpcall = xpcall, _VERSION = _VERSION,
  dofile = absent("dofile", "put the code in a module beside the script and require it"),
  loadfile = absent("loadfile", "put the code in a module beside the script and require it"),
  coroutine = coroutineLibrary, io = io, math = copy(math), os = os, string = string,
  table = copy(table), utf8 = copy(utf8), debug = { traceback = debug.traceback },
  defer = defer, fail = fail, fs = fs, getSecret = host.getSecret, getSecrets = host.getSecrets,
  http = { request = function(...) return host.part("http").request(...) end },
  json = {
    encode = function(...) return host.json().encode(...) end,
    decode = function(...) return host.json().decode(...) end,
    array = function(...) return host.json().array(...) end,
    null = host.jsonNull,
  },
  log = { debug = logger("debug"), info = logger("info"), warn = logger("warn"), error = logger("error") },
  login = host.login, secret = host.secretLibrary, sleep = sleep, spawn = spawn, pipe = pipe,
  recipe = function(...) return host.part("recipe").recipe(...) end,
  confirm = lazy("dialogue", "confirm"), progress = lazy("dialogue", "progress"),
  parallel = lazy("parallel", "parallel"), timeout = lazy("parallel", "timeout"),
  retry = lazy("retry", "retry"), task = lazy("tasks", "task"),
  scriptDir = host.scriptDirectory, arg = host.scriptArguments,
}
string = copy(string)
basic._G = basic

-- The list of what there may be; anything more or less is a bug that ends the worker before the script runs.
local allowed = [[
_G _VERSION arg assert collectgarbage confirm coroutine debug defer dofile error fail fs getSecret getSecrets getmetatable
http io ipairs json load loadfile log login math next os pairs parallel pcall pipe print progress rawequal rawget rawlen rawset
recipe require retry scriptDir secret select setmetatable sleep spawn string table task timeout tonumber tostring type utf8
warn xpcall
]]
local listed = {}
for name in allowed:gmatch("%S+") do
  listed[name] = true
  if basic[name] == nil then error("the global " .. name .. " is missing") end
end
for name in next, basic do
  if not listed[name] then error("the global " .. name .. " is not on the list") end
end
host.setGlobals(basic)
host.lockStringMetatable()
