-- task: a graph of named work. The script names tasks; when its main chunk has ended they run, independent ones side by
-- side. Compiled on first use.
local host = ...
local raise, raiseAt, typeName, check, notify = host.raise, host.raiseAt, host.typeName, host.check, host.notify
local operations, quote, place = host.operations, host.quote, host.place
local type, next, ipairs, rawget, error, select = type, next, ipairs, rawget, error, select
local find, sub, byte, concat, insert, min = string.find, string.sub, string.byte, table.concat, table.insert, math.min

local most = 10000
local tasks = {} -- in the order in which they are named
local byName = {}
local isRunning = false

-- MARK: near names

-- How many letters are to be changed, put in or left out to make `b` of `a`.
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local corner = row[0]
    row[0] = i
    for j = 1, #b do
      local cost = byte(a, i) == byte(b, j) and 0 or 1
      corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + cost)
    end
  end
  return row[#b]
end

local function nearHint(name, known, otherwise)
  local best, least
  for _, candidate in ipairs(known) do
    local d = #name <= 100 and distance(name, candidate) or 100
    if d <= 2 and d < #candidate and (not least or d < least) then best, least = candidate, d end
  end
  return best and "did you mean " .. quote(best) .. "?" or otherwise
end

local function names(list)
  local found = {}
  for i, t in ipairs(list) do found[i] = t.name end
  return found
end

local function listHint()
  local list = names(tasks)
  if #list > 20 then list[21] = "…" end
  return #list == 0 and "the script names no task" or "the tasks are: " .. concat(list, ", ", 1, min(#list, 21))
end

-- MARK: naming

local function checkName(name)
  check(name, "string", "task: name", "a name")
  if name == "" or #name > 100 or find(name, "[%c]") then
    raise("usage", "task: name: expected 1 to 100 bytes without control characters, got " .. quote(sub(name, 1, 100)))
  end
  if isRunning then
    raise("usage", "task: it is too late to name the task " .. name, "the tasks run already",
      "name all tasks in the main part of the script")
  end
  if byName[name] then
    raise("usage", "task: there are two tasks " .. name, "the first one is at " .. (byName[name].place or "an unknown line"),
      "give one of them another name")
  end
  if #tasks >= most then raise("limit", "task: there cannot be more than " .. most .. " tasks") end
end

local function needsOf(given, where)
  if given == nil then return {} end
  if type(given) == "string" then return { given } end
  check(given, "table", where .. ": needs", "a list of names of tasks")
  local needs, seen = {}, {}
  for i, name in ipairs(given) do
    check(name, "string", where .. ": needs", "names of tasks")
    if not seen[name] then needs[#needs + 1] = name end
    seen[name] = true
  end
  for key in next, given do
    if type(key) ~= "number" or key < 1 or key > #given or key % 1 ~= 0 then
      raise("usage", where .. ": needs: expected a list of names of tasks, got the key " .. quote(key))
    end
  end
  return needs
end

local options = { "needs", "retry", "timeout", "when" }

local function read(t, given)
  local where = "task " .. t.name
  check(given, "table", where .. ": options", "a table of options")
  for key in next, given do
    local isKnown = false
    for _, known in ipairs(options) do isKnown = isKnown or known == key end
    if not isKnown then
      raise("usage", where .. ": there is no option " .. quote(key), nil,
        nearHint(type(key) == "string" and key or "", options, "it takes: " .. concat(options, ", ")))
    end
  end
  t.needs = needsOf(rawget(given, "needs"), where)
  if given.retry ~= nil then t.retry = host.part("retry").policy(given.retry, where .. ": retry") end
  if given.timeout ~= nil then
    t.timeout = host.part("retry").seconds(given.timeout, where .. ": timeout")
    if t.timeout <= 0 then raise("usage", where .. ": timeout: expected more than no time") end
  end
  t.when = given.when
  if t.when ~= nil and type(t.when) ~= "function" and type(t.when) ~= "boolean" then
    raise("usage", where .. ": when: expected a function, true or false, got " .. typeName(t.when))
  end
end

local run

local function tell(t, state, why, attempt)
  t.state = state
  notify(operations.task, { id = t.number, name = t.name, state = state, attempt = attempt, error = why })
end

-- Tells of a task when it is named: a run that is interrupted before its tasks begin says which there were. Of those that --only and --from leave
-- out nothing is told, and which these are is known when all are named.
local function announce(t)
  local wanted = host.taskSelection
  local isWanted = not wanted.only and not wanted.from
  for _, list in ipairs { wanted.only or {}, wanted.from or {} } do
    for _, name in ipairs(list) do isWanted = isWanted or name == t.name end
  end
  t.isTold = isWanted
  if isWanted then tell(t, "waiting") end
end

-- task(name, fn), or task(name, { needs, retry, timeout, when }, fn).
local function task(name, given, f, ...)
  checkName(name)
  if type(given) == "function" and f == nil then given, f = {}, given end
  local t = { name = name, place = place(), number = #tasks + 1, state = "waiting" }
  read(t, given)
  check(f, "function", "task " .. name .. ": the last argument", "a function")
  if select("#", ...) > 0 then raise("usage", "task " .. name .. ": it takes a name, options and a function") end
  t.f = f
  tasks[t.number], byName[name] = t, t
  host.runTasks = run
  announce(t)
end

-- MARK: the graph

local function checkNeeds()
  for _, t in ipairs(tasks) do
    for _, need in ipairs(t.needs) do
      if not byName[need] then
        raiseAt(t.place, "usage", "the task " .. t.name .. " needs " .. need .. ", which does not exist", nil,
          nearHint(need, names(tasks), listHint()))
      end
    end
  end
end

local function checkCycles()
  local state, path = {}, {}
  local function visit(t)
    if state[t] == "done" then return end
    path[#path + 1] = t.name
    if state[t] == "open" then
      local from = 1
      while path[from] ~= t.name do from = from + 1 end
      raiseAt(t.place, "usage", "the task " .. t.name .. " needs itself", concat(path, " needs ", from),
        "leave out one of these needs")
    end
    state[t] = "open"
    for _, need in ipairs(t.needs) do visit(byName[need]) end
    state[t] = "done"
    path[#path] = nil
  end
  for _, t in ipairs(tasks) do visit(t) end
end

local function linkDependants()
  for _, t in ipairs(tasks) do t.dependants = {} end
  for _, t in ipairs(tasks) do
    for _, need in ipairs(t.needs) do insert(byName[need].dependants, t) end
  end
end

local function optionTask(option, name)
  if byName[name] then return byName[name] end
  host.raiseUnplaced("usage", option .. ": there is no task " .. quote(name), nil, nearHint(name, names(tasks), listHint()))
end

local function spread(t, neighbours, chosen)
  if chosen[t] then return end
  chosen[t] = true
  for _, other in ipairs(neighbours(t)) do spread(other, neighbours, chosen) end
end

local function needed(t)
  local list = {}
  for i, name in ipairs(t.needs) do list[i] = byName[name] end
  return list
end

-- The tasks to run: all, or those that --only and --from name with what belongs to them, in the order of the script.
local function chooseFrom(wanted)
  local chosen = {}
  for _, name in ipairs(wanted.only or {}) do spread(optionTask("--only", name), needed, chosen) end
  for _, name in ipairs(wanted.from or {}) do
    spread(optionTask("--from", name), function(t) return t.dependants end, chosen)
  end
  local list = {}
  local isAll = not wanted.only and not wanted.from
  for _, t in ipairs(tasks) do
    if isAll or chosen[t] then
      t.isChosen = true
      list[#list + 1] = t
    end
  end
  return list
end

-- MARK: running

local function resultsFor(t)
  local results = {}
  for _, need in ipairs(t.needs) do results[need] = byName[need].result end
  return results
end

-- What one task does, in its strand.
local function work(t)
  local results = resultsFor(t)
  local isWanted = t.when
  if type(isWanted) == "function" then isWanted = isWanted(results) end
  if isWanted == false or (isWanted == nil and t.when ~= nil) then
    t.isSkipped = true
    return
  end
  -- One that its `when` leaves out never runs.
  if t.when ~= nil then tell(t, "running") end
  local function late()
    local e = host.part("parallel").tooLate("the task " .. t.name, t.timeout)
    -- No line of the script runs here: it is about the one that names the task.
    host.besideErrors.place[e] = t.place
    return e
  end
  local function once()
    if t.timeout then return host.part("parallel").limited(t.timeout, late, t.f, results) end
    return t.f(results)
  end
  if not t.retry then return once() end
  return host.part("retry").attempts(t.retry, once, function(attempt)
    if attempt > 1 then tell(t, "running", nil, attempt) end
  end)
end

local function isCancelled(strand, e)
  return strand.isCancelled and type(e) == "table" and rawget(e, "kind") == "cancelled"
end

-- Those that need a task that has failed, and what needs them in turn.
local function skipDependants(t, word)
  for _, other in ipairs(t.dependants) do
    if other.isChosen and other.state == "waiting" then
      tell(other, "skipped", "it needs " .. t.name .. ", which " .. word)
      skipDependants(other, "was skipped")
    end
  end
end

local Run = {}
Run.__index = Run

function Run:becomeReady(t)
  local at = #self.ready + 1
  while at > 1 and self.ready[at - 1].number > t.number do at = at - 1 end
  insert(self.ready, at, t)
end

function Run:release(t)
  for _, other in ipairs(t.dependants) do
    if other.isChosen then
      other.missing = other.missing - 1
      if other.missing == 0 and other.state == "waiting" then self:becomeReady(other) end
    end
  end
end

function Run:ended(t, strand, outcome)
  if outcome.ok then
    t.result = outcome.results[2]
    tell(t, t.isSkipped and "skipped" or "done")
    return self:release(t)
  end
  local why = host.part("retry").firstLine(outcome.err)
  local wasCancelled = isCancelled(strand, outcome.err)
  tell(t, wasCancelled and "cancelled" or "failed", why)
  skipDependants(t, wasCancelled and "was cancelled" or "failed")
  if not self.failure then self.failure, self.failed = outcome, t end
end

-- After a failure nothing new starts, as make does it; with --keep-going what does not need it does.
function Run:mayStart()
  return #self.ready > 0 and (not self.failure or self.keepsGoing) and not self.group.parent.cancel
end

function Run:startSome(strands)
  while self.group.count < self.jobs and self:mayStart() do
    local t = table.remove(self.ready, 1)
    if t.when == nil then tell(t, "running") end
    local strand = strands.start(self.group, work, t)
    strand.task, strand.isBeside = t.number, self.jobs > 1
    self.taskOf[strand] = t
  end
end

function Run:runAll(list)
  local strands = host.part("strands")
  for _, t in ipairs(list) do
    if not t.isTold then tell(t, "waiting") end
    t.missing = 0
    for _, need in ipairs(t.needs) do t.missing = t.missing + (byName[need].isChosen and 1 or 0) end
    if t.missing == 0 then self:becomeReady(t) end
  end
  self.group = strands.newGroup("task", function(strand, outcome) self:ended(self.taskOf[strand], strand, outcome) end)
  self:startSome(strands)
  while self.group.count > 0 do
    strands.wait(self.group)
    self:startSome(strands)
  end
  for _, t in ipairs(list) do
    if t.state == "waiting" then
      tell(t, "skipped", self.failure and self.failed.name .. " failed before" or "the run was interrupted")
    end
  end
  strands.close(self.group)
  if self.failure then strands.raiseFrom(self.failure, "in the task " .. self.failed.name .. ", run from:") end
end

function run()
  isRunning = true
  checkNeeds()
  checkCycles()
  linkDependants()
  local wanted = host.taskSelection
  local list = chooseFrom(wanted)
  local self = setmetatable({
    ready = {}, taskOf = {}, jobs = wanted.jobs, keepsGoing = wanted.keepsGoing,
  }, Run)
  self:runAll(list)
end

-- Options that choose tasks, for a script that names none.
local function refuseSelection()
  local wanted = host.taskSelection
  local option = wanted.only and "--only" or wanted.from and "--from"
  if option then optionTask(option, (wanted.only or wanted.from)[1]) end
end

return { task = task, refuseSelection = refuseSelection }
