-- require. Compiled on first use.
local host = ...
local operations, call, raise, check, pcall, error = host.operations, host.call, host.raise, host.check, pcall, error
local sub = string.sub

local loaded = {}
local loading = {}

local function moduleSource(name)
  local text = host.standardModule(name)
  if text then return text, "=[stdlib/" .. name .. ".lua]" end
  local found = call(operations.module, { name = name })
  return found.text, "@" .. found.file
end

local function require(name)
  check(name, "string", "require: name", "the name of a module")
  if loaded[name] ~= nil then return loaded[name] end
  if loading[name] then raise("usage", "require: the module " .. name .. " requires itself while it is being loaded") end
  local text, chunkName = moduleSource(name)
  local chunk, message = host.load(text, chunkName)
  if not chunk then
    -- The message names file and line itself, and quotes the word at which Lua stopped, however long that is.
    if #message > 500 then message = sub(message, 1, 500) .. "…" end
    host.raiseUnplaced("usage", message, "the module " .. name .. " cannot be compiled", "mend the line and run it again")
  end
  loading[name] = true
  local ok, result = pcall(chunk, name)
  loading[name] = nil
  if not ok then error(result, 0) end
  loaded[name] = result == nil and true or result
  return loaded[name]
end

return { require = require }
