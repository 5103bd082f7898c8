-- Programs in the background. Compiled when a script first has one.
local host = ...
local operations, call, notify, raise = host.operations, host.call, host.notify, host.raise
local objectInfo = host.objectInfo
local type, select, find, sub, setmetatable = type, select, string.find, string.sub, setmetatable

-- What lines() was given and has not handed out yet, and whether there is no more.
local textOf = setmetatable({}, { __mode = "k" })
local isAtEnd = setmetatable({}, { __mode = "k" })

-- The next line without its end; nil when there is none left here.
local function takeLine(process)
  local text = textOf[process]
  if not text or text == "" then return nil end
  local newline = find(text, "\n", 1, true)
  if not newline and not isAtEnd[process] then return nil end
  textOf[process] = newline and sub(text, newline + 1) or ""
  return sub(text, 1, (newline or #text + 1) - 1)
end

local function nextLine(process)
  while true do
    local line = takeLine(process)
    if line or isAtEnd[process] then return line end
    local more = call(operations.processLines, { process = process })
    if more == "" then isAtEnd[process] = true end
    textOf[process] = (textOf[process] or "") .. more
  end
end

local methods = {
  -- Waits for the end and gives the result; raises as spawn does. Can be called by many, and again. With a duration:
  -- nil where it has not ended by then.
  wait = function(self, duration)
    local result = call(operations.processWait, { process = self, duration = duration })
    if result == nil then return nil end
    -- What lines() has fetched and nobody has taken is still a part of the output.
    local rest = textOf[self]
    if rest and rest ~= "" and type(result.stdout) == "string" then result.stdout = rest .. result.stdout end
    return result
  end,
  -- Sends a signal to the program and all of its group. False when it has ended.
  kill = function(self, signal)
    return call(operations.processKill, { process = self, signal = signal })
  end,
  pid = function(self)
    return call(operations.processState, { process = self }).pid
  end,
  running = function(self)
    return call(operations.processState, { process = self }).running
  end,
  -- An iterator over the lines of captured standard output.
  lines = function(self)
    return function() return nextLine(self) end
  end,
}

host.setObjectMethods("process", {
  __index = host.part("handles").index("process", methods),
  __newindex = function() raise("usage", "a process cannot be changed") end,
  __tostring = function(self) return "process: " .. select(4, objectInfo(self)) end,
  __gc = function(self) notify(operations.release, self) end,
  __close = function(self) call(operations.processStop, { process = self }) end,
})

return methods
