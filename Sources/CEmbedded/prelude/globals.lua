-- What a script finds: the allow-list of globals, put together here and compared at the end. Most of it only knows the part
-- that does the work, which is compiled on first use.
local host = ...
local part, lazy, notify, operations, objectInfo = host.part, host.lazy, host.notify, host.operations, host.objectInfo
local type, tostring, select, error, next, pcall = type, tostring, select, error, next, pcall
local concat, setmetatable = table.concat, setmetatable

function host.json() return part("json") end

-- A script may change its libraries, as any Lua script; ours are not the same tables. (Methods of texts are, so the
-- prelude calls none of them at run time.)
local function copy(library)
  local fields = {}
  for name, value in next, library do fields[name] = value end
  return fields
end

-- A library of functions that are all in one part.
local function library(from, names, fields)
  fields = fields or {}
  for name in names:gmatch("%w+") do fields[name] = lazy(from, name) end
  return fields
end

-- Names that exist in Lua elsewhere and not here.
local function refuse(names, prefix, fields)
  for name in names:gmatch("%w+") do
    fields[name] = function() part("absent").refuse(prefix .. name) end
  end
  return fields
end

local function print(...)
  local texts = {}
  for i = 1, select("#", ...) do texts[i] = tostring((select(i, ...))) end
  notify(operations.write, { stream = 1, text = concat(texts, "\t") .. "\n" })
end

-- MARK: Lua's own functions that are given a secret

local function isSecret(value)
  return type(value) == "userdata" and objectInfo(value) == "secret"
end

local function concatenate(list, ...)
  local ok, result = pcall(concat, list, ...)
  if ok then return result end
  part("basics").refuseConcat(result, list)
end
table.concat = concatenate

local toNumber = tonumber
local function tonumber(...)
  if isSecret((...)) then part("basics").refuseNumber((...)) end
  return toNumber(...)
end

-- MARK: libraries

local stream = { write = lazy("streams", "writeTo") }
function stream.flush(self) return self end
function stream.setvbuf() return true end
local function newStream() return setmetatable({}, { __index = stream, __name = "FILE*", __metatable = false }) end
host.standardOutput, host.standardError = newStream(), newStream()

local io = library("streams", "lines read write", { stdout = host.standardOutput, stderr = host.standardError })
refuse("close input open output popen tmpfile", "io.", io)

local os = {
  time = os.time, clock = os.clock, date = os.date, difftime = os.difftime,
  exit = lazy("exit", "exit"), getenv = lazy("basics", "getenv"),
}
refuse("execute remove rename setlocale tmpname", "os.", os)

local basic = {
  assert = assert, collectgarbage = collectgarbage, error = error, getmetatable = getmetatable, ipairs = ipairs,
  load = load, next = next, pairs = pairs, pcall = pcall, print = print, rawequal = rawequal,
  rawget = rawget, rawlen = rawlen, rawset = rawset, select = select, setmetatable = setmetatable,
  tonumber = tonumber, tostring = tostring, type = type, xpcall = xpcall, _VERSION = _VERSION,
  coroutine = library("coroutines", "close create isyieldable resume running status wrap yield"),
  io = io, math = copy(math), os = os, string = string,
  table = copy(table), utf8 = copy(utf8), debug = { traceback = debug.traceback },
  fs = library("files", "copy exists glob list mkdir read remove rename stat tempDir write"),
  http = library("http", "request"),
  json = library("json", "array decode encode", { null = host.jsonNull }),
  log = library("basics", "debug error info warn"),
  secret = library("derive", "base64 base64Decode dotenv field file hex hmac input json prompt random trim urlEncode"),
  require = lazy("modules", "require"), retry = lazy("retry", "retry"),
  -- No tail call: it looks for who has called.
  recipe = function(...) return (part("recipe").recipe(...)) end,
  task = lazy("tasks", "task"), defer = host.defer,
  scriptDir = host.scriptDirectory, arg = host.scriptArguments,
}
library("basics", "fail sleep", basic)
library("programs", "pipe spawn", basic)
library("handles", "getSecret getSecrets login", basic)
library("handles", "env template", basic.secret)
library("dialogue", "confirm progress", basic)
library("parallel", "parallel timeout", basic)
refuse("dofile loadfile warn", "", basic)
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
