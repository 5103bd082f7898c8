-- Strands side by side: starting them in groups, waiting for them, cancelling them. Compiled on first use.
local host = ...
local core, operations, notify, send = host.strands, host.operations, host.notify, host.send
local owners, live, wake, suspend, drop = core.owners, core.live, core.wake, core.suspend, core.drop
local currentStrand, traceFor = core.current, core.traceFor
local pack, unpack, xpcall, pcall, next, rawequal = table.pack, table.unpack, xpcall, pcall, next, rawequal
local setmetatable, error = setmetatable, error

local grace = 5 -- seconds that a cancelled strand, or what one has deferred, may still use

-- MARK: timers

-- Calls `f` after a time, between the steps of the strands; at once with the error where the host has no room for it.
-- With `interrupts` the host also interrupts a strand that computes then and takes no messages. Without a time: when
-- somebody presses Ctrl-C.
local function after(seconds, f, interrupts)
  local id
  if seconds then
    id = send(operations.sleep, { duration = seconds, interrupts = interrupts })
  else
    id = send(operations.awaitInterruption)
  end
  owners[id] = function(status, answer) f(status == "fault" and host.makeError(answer) or nil) end
  return id
end

local function stop(timer)
  if not owners[timer] then return end
  owners[timer] = drop
  notify(operations.abandon, { id = timer })
end

-- MARK: cancelling

local function abandonWait(strand)
  local id = strand.waiting
  -- A strand that waits with the whole worker is no owner; its answer is looked for by number.
  if id and (owners[id] == strand or (strand == currentStrand() and id ~= true)) then
    notify(operations.abandon, { id = id })
  end
end

-- Raises `e` in a strand where it waits, or at its next wait, and in those that it waits for. The host ends what it
-- waits for first, so that the strand goes on when its program is gone.
local function cancel(strand, e)
  if not live[strand.number] then return end
  if not strand.isCancelled then
    strand.isCancelled = true
    strand.cancel = e
    abandonWait(strand)
  end
  if strand.group then
    for _, member in next, strand.group.members do cancel(member, e) end
  end
end

-- The time of a cancelled strand is over: from now on every wait raises the error.
local function expire(strand, e)
  if not live[strand.number] then return end
  strand.isCancelled, strand.isExpired = true, true
  strand.cancel = strand.cancel or e
  abandonWait(strand)
  if strand.group then
    for _, member in next, strand.group.members do expire(member, e) end
  end
end

local function cancelled(reason)
  return host.makeError { kind = "cancelled", message = "this part of the script was cancelled", reason = reason }
end

-- MARK: one strand

local function keepProgram(strand, process)
  if host.objectInfo(process) ~= "process" then return end
  strand.programs = strand.programs or setmetatable({}, { __mode = "v" })
  strand.programs[#strand.programs + 1] = process
end

-- Ends the programs that a strand has left in the background, all at the same time.
local function endPrograms(programs)
  for _, process in next, programs do pcall(host.call, operations.processKill, { process = process }) end
  for _, process in next, programs do pcall(host.call, operations.processStop, { process = process }) end
end

local function runDeferred(strand, ok, err, trace)
  if not strand.deferred or #strand.deferred == 0 then return end
  if not ok then strand.failing = host.describeError(err, trace) end
  local timer = after(grace, function()
    expire(strand, cancelled("what was deferred took longer than " .. grace .. " seconds"))
  end)
  local failed = host.runDeferred(strand, not ok and err or nil, not ok)
  stop(timer)
  strand.failing = nil
  return failed
end

local function run(strand, arguments)
  local trace
  if strand.cancel then return false, strand.cancel end
  local results = pack(xpcall(arguments[1], function(e)
    trace = traceFor(e, 2)
    return (host.locate(e))
  end, unpack(arguments, 2, arguments.n)))
  return results[1], results[2], trace, results
end

local function body(box)
  local strand, arguments = core.open(box)
  local ok, err, trace, results = run(strand, arguments)
  if not ok and rawequal(err, host.cancelError) then strand.isCancelled = true end
  if not strand.isExpired then strand.cancel = nil end
  local failed = runDeferred(strand, ok, err, trace)
  if ok and failed then
    ok, err, trace = false, failed[1], failed[2]
  end
  if not ok and strand.programs then
    strand.isExpired, strand.cancel = nil, nil
    endPrograms(strand.programs)
  end
  strand.outcome = { ok = ok, err = err, trace = trace, results = results }
end

-- MARK: groups

-- Refuses to go on where the running function cannot wait for other strands. A probe, before anything starts.
local function checkWait(name)
  if suspend(true) ~= "refused" then return end
  host.raise("usage", name .. ": other parts of the script cannot be waited for here",
    "Lua cannot suspend a function that its own C code has called: in table.sort and string.gsub, in __tostring, in a module while it is loaded",
    "do it before or after, and use the result here")
end

-- A group of strands that the running one waits for. `ended(strand, outcome)` is called when one of them has ended.
local function newGroup(name, ended)
  checkWait(name)
  local parent = currentStrand()
  if parent.cancel then core.raiseCancel(parent) end
  local group = { parent = parent, members = {}, count = 0, ended = ended, outer = parent.group, waiting = parent.waiting }
  parent.group = group
  -- No time limit interrupts our own code.
  parent.waiting = true
  return group
end

-- Starts `f` in a new strand of the group.
local function start(group, f, ...)
  local parent = group.parent
  local strand = core.new(body, parent, f, ...)
  strand.task, strand.isBeside = parent.task, parent.isBeside
  group.members[strand] = strand
  group.count = group.count + 1
  strand.ended = function(ok, err)
    group.members[strand] = nil
    group.count = group.count - 1
    group.ended(strand, strand.outcome or { ok = ok, err = err })
    if group.isWaiting then
      group.isWaiting = false
      wake(parent, "ended")
    end
  end
  return strand
end

-- Waits until one strand of the group has ended.
local function wait(group)
  group.isWaiting = true
  suspend()
end

-- Waits for all that are left, and takes the group from its parent.
local function finish(group)
  while group.count > 0 do wait(group) end
  group.parent.group, group.parent.waiting = group.outer, group.waiting
end

-- Cancels every strand of a group; those that do not end in time get the error at every wait.
local function cancelGroup(group, e)
  for _, strand in next, group.members do cancel(strand, e) end
  if group.count == 0 or group.expiry then return end
  group.expiry = after(grace, function()
    for _, strand in next, group.members do expire(strand, e) end
  end)
end

-- Ends the use of a group: raises the error of a cancelled parent.
local function close(group)
  finish(group)
  if group.expiry then stop(group.expiry) end
  if group.parent.cancel then core.raiseCancel(group.parent) end
end

-- Raises the error of a strand in the one that waits for it, with the way it has come.
local function raiseFrom(outcome, words)
  if outcome.trace then host.carry(outcome.err, outcome.trace .. "\n" .. words) end
  error(outcome.err, 0)
end

-- MARK: time limits

local limits = {} -- timer -> the strand that it limits

-- Called in a strand that computes when a time limit has passed: gives the error to raise in it.
host.setDeadline(function(timer)
  local limited, strand = limits[timer], currentStrand()
  if not limited or not strand or strand.waiting then return nil end
  local outer = strand
  while outer and outer ~= limited do outer = outer.parent end
  if not outer then return nil end
  strand.isCancelled = true
  return limited.late
end)

-- Starts `f` as start does; after `seconds`, or else at Ctrl-C, it is cancelled. `late` is the error that it gets.
local function startLimited(group, seconds, f, ...)
  local strand = start(group, f, ...)
  strand.late = seconds and cancelled("its time is over")
    or host.makeError { kind = "cancelled", message = "the line was interrupted (Ctrl-C)" }
  local timer
  timer = after(seconds, function(problem)
    strand.isLate = not problem
    cancelGroup(group, problem or strand.late)
  end, true)
  limits[timer] = strand
  return strand, function()
    limits[timer] = nil
    -- Also where it has passed: the host interrupts what it limited until it hears of the end.
    owners[timer] = owners[timer] and drop
    notify(operations.abandon, { id = timer })
  end
end

return {
  newGroup = newGroup, start = start, wait = wait, close = close, cancelGroup = cancelGroup, cancelled = cancelled,
  raiseFrom = raiseFrom, keepProgram = keepProgram, startLimited = startLimited,
}
