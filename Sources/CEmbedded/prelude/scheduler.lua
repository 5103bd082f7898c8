-- Waiting: every script function runs in a coroutine of this scheduler. A call to the host suspends only its own
-- coroutine; the wait passes through the script's own coroutines up to here. Where Lua cannot yield (a sort callback,
-- __tostring, require) the call blocks on the wire and keeps other answers for their owners.
local host = ...
local rawYield, rawClose, rawCreate, rawRunning = coroutine.yield, host.close, coroutine.create, coroutine.running
local rawStatus = coroutine.status
local rawResume, isYieldable, receive, send = host.resume, host.isYieldable, host.receive, host.send
local hasCoroutineRoom = host.hasCoroutineRoom
local type, tostring, error, pcall, xpcall, select, setmetatable = type, tostring, error, pcall, xpcall, select, setmetatable
local pack, unpack, traceback = table.pack, table.unpack, host.traceback

local WAIT = {} -- no script ever gets hold of this
local owners = {} -- request id -> the coroutine of ours that waits for it
local answers = {} -- request id -> what came while its owner could not take it
local ready = {} -- coroutines of ours that can go on, with what they are resumed with
local tasks = setmetatable({}, { __mode = "k" }) -- our own coroutines
local waiting = setmetatable({}, { __mode = "k" }) -- the script's coroutines that wait for the host
local isCancelled = false
local cancelError = host.makeError { kind = "cancelled", message = "the run was interrupted" }
host.setCancelError(cancelError)

-- Made beforehand: raising them must need neither memory nor time.
local limits = host.limits
host.setLimitError(host.makeError {
  kind = "limit",
  message = "the script has computed for " .. limits.cpu .. " without a call to the host",
  reason = "that is the limit of CPU time between two host calls",
  hint = "allow more with --limit cpu=5m, or any time with --limit cpu=none",
})
host.setMemoryError(host.makeError {
  kind = "limit",
  message = "not enough memory: the script may use " .. limits.memory,
  reason = "what it holds, or the text or table it is making, is larger",
  hint = "allow more with --limit memory=1G, hold less at a time, or leave large data to programs",
})

local function keep(id, status, value)
  if status == "cancel" then
    isCancelled = true
    host.ignoreInterrupts()
    return
  end
  local owner = owners[id]
  -- The entry first: making a table can run a finalizer of the script's, whose own host call comes through here.
  if owner then
    owners[id] = nil
    local entry = { owner, status, value }
    ready[#ready + 1] = entry
  else
    answers[id] = { status, value }
  end
end

-- Waits for the answer to `id` with the whole worker; other answers are kept for their owners.
local function block(id)
  local told = isCancelled
  while not answers[id] do
    keep(receive())
    if isCancelled and not told then return "cancel", cancelError end
  end
  local answer = answers[id]
  answers[id] = nil
  return answer[1], answer[2]
end

local function suspend(id)
  if isYieldable() then return rawYield(WAIT, id) end
  return block(id)
end

-- Sends a request and gives its answer; raises the host's error as the caller's own.
function host.call(operation, value)
  local sent, id = pcall(send, operation, value)
  -- What cannot cross (a function, a table that holds itself) is named with its path.
  if not sent then
    if type(id) == "table" then error(id, 0) end
    host.raise("usage", host.operationNames[operation] .. ": " .. tostring(id))
  end
  local status, answer = suspend(id)
  if status == "answer" then return answer end
  if status == "cancel" then error(answer, 0) end
  error(host.makeError(answer), 0)
end

-- MARK: the script's coroutines
--
-- A coroutine that waits for the host, and a task of ours while the scheduler runs, look suspended to Lua. A script can
-- get there, from a finalizer for one, and must find them as any coroutine that is in a call: neither to be resumed
-- (its host call would return what the script says) nor to be closed.

local function isBusy(co)
  return waiting[co] or tasks[co]
end

local relay

-- Goes on with a coroutine that has waited, with the host's answer.
local function goOn(co, ...)
  waiting[co] = nil
  return relay(co, rawResume(co, ...))
end

function relay(co, ...)
  local ok, mark, id = ...
  if ok and mark == WAIT then
    waiting[co] = true
    return goOn(co, suspend(id))
  end
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
  if rawStatus(co) == "dead" and not tasks[co] then
    local closed, e = rawClose(co)
    if not closed then error(e, 0) end
  end
  error((...), 0)
end

host.coroutineLibrary = {
  create = function(f)
    -- No tail call: the error's position is counted in levels.
    local co = create(f, "create")
    return co
  end,
  status = status,
  close = close,
  resume = resume,
  isyieldable = function()
    return isYieldable() and not tasks[rawRunning()]
  end,
  running = function()
    local co = rawRunning()
    return co, tasks[co] == true
  end,
  wrap = function(f)
    local co = create(f, "wrap")
    return function(...) return unwrap(co, resume(co, ...)) end
  end,
  yield = function(...)
    if tasks[rawRunning()] then error("attempt to yield from outside a coroutine", 2) end
    return rawYield(...)
  end,
}

-- MARK: the run

local deferred = {}
local failing -- the report of the error that deferred functions run after

-- Registers a function for the end of the run; the last one is called first.
function host.defer(f)
  deferred[#deferred + 1] = f
end

-- Calls what was deferred, each one whatever the others do. Gives the first error, where there was none before.
function host.runDeferred(err)
  local failed
  while #deferred > 0 do
    local f = deferred[#deferred]
    deferred[#deferred] = nil
    local ok, e = pcall(f, err)
    if not ok and failed == nil then failed = { e } end
  end
  return failed
end

local function finish(report)
  host.notify(host.operations.finished, report)
end

-- Ends the run with `code`, or with the error that is being cleaned up after: that is not hidden by os.exit.
function host.exit(code)
  local report = failing or { status = "exit", code = code }
  if not failing and #deferred > 0 then
    host.notify(host.operations.ending, report)
    host.runDeferred()
  end
  finish(report)
  while true do receive() end
end

local function main(chunk, arguments)
  local trace
  local ok, err = xpcall(chunk, function(e)
    trace = traceback(rawRunning(), nil, 1)
    return (host.locate(e))
  end, unpack(arguments, 1, arguments.n))
  host.ignoreInterrupts()
  -- With a recipe the script's value is its result.
  local done = { status = "done" }
  if ok and host.finishRecipe then ok, err, done = host.finishRecipe(err) end
  if #deferred > 0 then
    failing = not ok and host.describeError(err, trace)
    host.notify(host.operations.ending, failing or done)
  end
  local failed = host.runDeferred(not ok and err or nil)
  if ok and failed then
    ok, err = false, failed[1]
  end
  if ok then return finish(done) end
  finish(host.describeError(err, trace))
end

local function step(co, ...)
  local ok, mark, id = rawResume(co, ...)
  if not ok then return finish(host.describeError(mark)) end
  if rawStatus(co) == "dead" then return end
  if mark ~= WAIT then error("a coroutine of the scheduler yielded something else") end
  if answers[id] then
    local entry = { co, answers[id][1], answers[id][2] }
    answers[id] = nil
    ready[#ready + 1] = entry
  else
    owners[id] = co
  end
end

local function cancelWaiting()
  for id, co in next, owners do
    owners[id] = nil
    local entry = { co, "cancel", cancelError }
    ready[#ready + 1] = entry
  end
end

local function startTask(f, ...)
  local co = rawCreate(f)
  tasks[co] = true
  step(co, ...)
  return co
end

-- Runs one script to its end. Called by the worker, once.
function host.start(source, name, ...)
  local chunk, message = host.load(source, name)
  if not chunk then return finish { status = "syntax", text = message } end
  local co = startTask(main, chunk, pack(...))
  while rawStatus(co) ~= "dead" do
    if #ready == 0 then
      local told = isCancelled
      keep(receive())
      if isCancelled and not told then cancelWaiting() end
    end
    local batch = ready
    ready = {}
    for _, entry in ipairs(batch) do step(unpack(entry, 1, 3)) end
  end
end
