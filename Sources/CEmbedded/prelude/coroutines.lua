-- The script's coroutines. Compiled when a script first uses one.
--
-- A coroutine that waits for the host, and a task of ours while the scheduler runs, look suspended to Lua. A script can
-- get there, from a finalizer for one, and must find them as any coroutine that is in a call: neither to be resumed
-- (its host call would return what the script says) nor to be closed.
local host = ...
local core, limits = host.strands, host.limits
local WAIT, strandOf, carried, wait = core.WAIT, core.strandOf, core.carried, core.wait
local rawYield, rawClose, rawCreate, rawRunning = coroutine.yield, host.close, coroutine.create, coroutine.running
local rawStatus, rawResume, isYieldable, hasCoroutineRoom = coroutine.status, host.resume, host.isYieldable, host.hasCoroutineRoom
local type, error, pcall, setmetatable, rawequal, traceback = type, error, pcall, setmetatable, rawequal, host.traceback

local waiting = setmetatable({}, { __mode = "k" }) -- those that wait for the host

local function isBusy(co)
  return waiting[co] or strandOf[co]
end

local mostCarried = 1 << 14

-- Adds the stack of a coroutine that has ended with `e`.
local function note(co, e)
  local trace = traceback(co)
  if rawequal(carried.error, e) and carried.trace then
    trace = #carried.trace < mostCarried and carried.trace .. "\n" .. trace or carried.trace
  end
  carried.error, carried.trace = e, trace
end

local relay

-- Goes on with a coroutine that has waited, with the box of the host's answer.
local function goOn(co, box)
  waiting[co] = nil
  return relay(co, rawResume(co, box))
end

function relay(co, ...)
  local ok, mark, id = ...
  if ok and mark == WAIT then
    waiting[co] = true
    return goOn(co, wait(id))
  end
  -- Where memory has ended there is no room for it.
  if not ok then pcall(note, co, mark) end
  return ...
end

local function checkThread(co, name)
  if type(co) ~= "thread" then
    error("bad argument #1 to '" .. name .. "' (coroutine expected)", 3)
  end
end

local function resume(co, ...)
  checkThread(co, "resume")
  if isBusy(co) then return false, "cannot resume non-suspended coroutine" end
  return relay(co, rawResume(co, ...))
end

local function status(co)
  checkThread(co, "status")
  local found = rawStatus(co)
  return found == "suspended" and isBusy(co) and "normal" or found
end

local function close(co)
  checkThread(co, "close")
  local found = status(co)
  if found == "running" or found == "normal" then error("cannot close a " .. found .. " coroutine", 2) end
  return rawClose(co)
end

local function create(f, name)
  if type(f) ~= "function" then error("bad argument #1 to '" .. name .. "' (function expected)", 3) end
  if hasCoroutineRoom() then return rawCreate(f) end
  host.raise("limit", "there cannot be more than " .. limits.coroutines .. " coroutines", "that is the limit of this run",
    "let those end that are no longer needed, or allow more with --limit coroutines=NUMBER")
end

local function unwrap(co, ok, ...)
  if ok then return ... end
  -- What its pending <close> variables raise takes the place of the error, as in Lua's own wrap.
  if rawStatus(co) == "dead" and not strandOf[co] then
    local closed, e = rawClose(co)
    if not closed then error(e, 0) end
  end
  error((...), 0)
end

return {
  create = function(f)
    -- No tail call: the error's position is counted in levels.
    local co = create(f, "create")
    return co
  end,
  status = status,
  close = close,
  resume = resume,
  isyieldable = function()
    return isYieldable() and not strandOf[rawRunning()]
  end,
  running = function()
    local co = rawRunning()
    return co, strandOf[co] ~= nil
  end,
  wrap = function(f)
    local co = create(f, "wrap")
    return function(...) return unwrap(co, resume(co, ...)) end
  end,
  yield = function(...)
    if strandOf[rawRunning()] then error("attempt to yield from outside a coroutine", 2) end
    return rawYield(...)
  end,
}
