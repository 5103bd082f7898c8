-- Waiting: every script function runs in a coroutine of this scheduler. A call to the host suspends only its own
-- coroutine; the wait passes through the script's own coroutines up to here. Where Lua cannot yield (a sort callback,
-- __tostring, require) the call blocks on the wire and keeps other answers for their owners.
local host = ...
local rawYield, rawCreate, rawRunning = coroutine.yield, coroutine.create, coroutine.running
local rawStatus = coroutine.status
local rawResume, isYieldable, receive, send = host.resume, host.isYieldable, host.receive, host.send
local type, error, pcall, xpcall, select, setmetatable = type, error, pcall, xpcall, select, setmetatable
local pack, unpack, traceback, rawequal = table.pack, table.unpack, host.traceback, rawequal
local part = host.part

local WAIT = {} -- no script ever gets hold of this
-- A strand is one line of work with a coroutine of ours: the script's main chunk, a branch of parallel, a task.
-- Fields: co, parent, number, children, deferred, waiting (the request it waits for), cancel (the error that it gets at
-- its next wait), isCancelled, isExpired, task (the number of its task).
local strandOf = setmetatable({}, { __mode = "k" }) -- our own coroutines -> their strands
local live = {} -- the strands that have not ended, by number
local count = 0
local current -- the strand that runs
local owners = {} -- request id -> the strand that waits for it, or a function to call with the answer
local answers = {} -- request id -> what came while its owner could not take it
local ready, first, last = {}, 1, 0 -- strands that can go on, with what they are resumed with
local exiting -- the strand that called os.exit; those that were there before it stand still
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

local function drop() end

-- Lets a strand go on with what it has waited for.
local function wake(strand, status, value)
  local entry = { strand, status, value }
  last = last + 1
  ready[last] = entry
end

local function keep(id, status, value)
  -- The run is interrupted, or the first object comes: methods must be there before it is made.
  if status == "cancel" then
    host.ignoreInterrupts()
    return part("waiting").cancelAll()
  end
  if status == "objects" then return part("handles") end
  local owner = owners[id]
  -- The entry first: making a table can run a finalizer of the script's, whose own host call comes through here.
  if not owner then
    answers[id] = { status, value }
  elseif type(owner) == "function" then
    owners[id] = nil
    owner(status, value)
  else
    owners[id] = nil
    wake(owner, status, value)
  end
end

-- Without an id it waits until the strand is woken; `true` stands for being woken at once, which shows whether the
-- strand can wait like that here. What comes is in a box, an entry of `ready`, for `open`.
local function wait(id)
  if isYieldable() then return rawYield(WAIT, id) end
  return { false, part("waiting").block(id) }
end

-- Gives what is in the box and empties it: the functions that brought it are still there while the strand goes on, and
-- must not keep a handle that the script has let go.
local function open(box)
  local status, value = box[2], box[3]
  box[3] = nil
  return status, value
end

local function suspend(id)
  return open(wait(id))
end

-- Raises the error of a cancelled strand: once, so that what is deferred works; again and again when its time is over.
local function raiseCancel(strand)
  local e = strand.cancel
  if not strand.isExpired then strand.cancel = nil end
  error(e, 0)
end

-- Sends a request and gives its answer; raises the host's error as the caller's own.
function host.call(operation, value)
  local strand = current
  if strand and strand.cancel then raiseCancel(strand) end
  local outer = strand and strand.waiting
  -- From here on it will read what comes: no time limit needs to interrupt it.
  if strand then strand.waiting = true end
  local sent, id = pcall(send, operation, value)
  if not sent then
    if strand then strand.waiting = outer end
    part("waiting").refuse(operation, id)
  end
  if strand then strand.waiting = id end
  local status, answer = suspend(id)
  if strand then
    strand.waiting = outer
    if strand.cancel then
      -- Nobody will ever hold it: it ends with the strand.
      if status == "answer" then host.keepProgram(answer) end
      raiseCancel(strand)
    end
  end
  if status == "answer" then return answer end
  if status == "cancel" then error(answer, 0) end
  error(host.makeError(answer), 0)
end

-- MARK: where an error came from

-- The error that a coroutine or a strand ended with, and its way so far: the stacks are gone when it is raised again.
local carried = {}

-- Puts `trace`, all of the way so far, before what will be told of the error `e` further out.
function host.carry(e, trace)
  carried.error, carried.trace = e, trace
end

-- The stack of the running coroutine from `level` on, behind those that the error has come through.
local function traceFor(e, level)
  local own = traceback(rawRunning(), nil, level + 1)
  if rawequal(carried.error, e) and carried.trace then return carried.trace .. "\n" .. own end
  return own
end

-- MARK: strands

-- Makes a strand for `body`, which is called with a box of it and of what follows. It does not run yet.
local function newStrand(body, parent, ...)
  count = count + 1
  local strand = { co = rawCreate(body), parent = parent, number = count }
  strandOf[strand.co] = strand
  live[count] = strand
  wake(strand, strand, pack(...))
  return strand
end

local function finish(report)
  host.notify(host.operations.finished, report)
end

-- Runs a strand until it waits or ends. An error here is one that its own body could not catch.
local function step(strand, box)
  if exiting and strand ~= exiting and strand.number <= exiting.mark then return end
  current = strand
  local ok, mark, id = rawResume(strand.co, box)
  current = nil
  if rawStatus(strand.co) == "dead" then
    live[strand.number] = nil
    if strand.ended then return strand.ended(ok, mark) end
    if not ok then finish(host.describeError(mark)) end
    return
  end
  if mark ~= WAIT then error("a coroutine of the scheduler yielded something else") end
  if not id then return end
  if id == true then return wake(strand) end
  if answers[id] then
    wake(strand, answers[id][1], answers[id][2])
    answers[id] = nil
  else
    owners[id] = strand
  end
end

host.cancelError = cancelError

-- Remembers a program in the background: it ends with its strand when that fails or is cancelled.
function host.keepProgram(process)
  if current and current.parent then return host.part("strands").keepProgram(current, process) end
end

-- The number of the task that runs, where one does.
function host.currentTask()
  return current and current.task
end

-- MARK: what is deferred

local main -- the strand of the script's main chunk
local failing -- the report of the error that deferred functions run after

-- Registers a function for the end of the strand, and calls what one has deferred.
host.defer, host.runDeferred = host.lazy("deferred", "defer"), host.lazy("deferred", "run")

-- For the parts that are compiled when they are first used.
host.strands = {
  new = newStrand, wake = wake, wait = wait, open = open, suspend = suspend, raiseCancel = raiseCancel, owners = owners, drop = drop, live = live,
  answers = answers, keep = keep, traceFor = traceFor, finish = finish, strandOf = strandOf, carried = carried, WAIT = WAIT,
  current = function() return current end,
  main = function() return main end,
  failing = function() return failing end,
  -- All strands but this one, and those that it makes, stand still from now on.
  freeze = function(strand) exiting, strand.mark = strand, count end,
}

-- MARK: the run

-- The script, and then the tasks that it has named.
local function script(chunk, ...)
  if host.isInteractive then return part("repl").run() end
  -- Called without a name, so that a traceback says "main chunk".
  local results = pack(select(1, chunk)(...))
  if host.runTasks then
    host.runTasks()
  elseif host.taskSelection.only or host.taskSelection.from then
    host.part("tasks").refuseSelection()
  end
  return unpack(results, 1, results.n)
end

local function runMain(box)
  local strand, arguments = open(box)
  local chunk = arguments[1]
  local trace
  local ok, err = xpcall(script, function(e)
    trace = traceFor(e, 2)
    return (host.locate(e))
  end, chunk, unpack(arguments, 2, arguments.n))
  host.ignoreInterrupts()
  -- With a recipe the script's value is its result.
  local done = { status = "done" }
  if ok and host.finishRecipe then ok, err, done = host.finishRecipe(err) end
  strand.isCancelled, strand.cancel = true, nil
  local deferred = strand.deferred
  if deferred and #deferred > 0 then
    failing = not ok and host.describeError(err, trace)
    host.strands.isEnding = true
    host.notify(host.operations.ending, failing or done)
  end
  local failed = deferred and host.runDeferred(strand, not ok and err or nil, not ok)
  if ok and failed then
    ok, err, trace = false, failed[1], failed[2]
  end
  if ok then return finish(done) end
  finish(host.describeError(err, trace))
end

-- Runs one script to its end. Called by the worker, once.
function host.start(source, name, ...)
  local chunk, message = host.load(source, name)
  if not chunk then return finish { status = "syntax", text = message } end
  host.chunk = chunk
  main = newStrand(runMain, nil, chunk, ...)
  while rawStatus(main.co) ~= "dead" do
    if first > last then
      keep(receive())
    else
      local entry = ready[first]
      ready[first] = nil
      first = first + 1
      step(entry[1], entry)
    end
  end
end
