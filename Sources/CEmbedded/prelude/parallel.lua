-- parallel and timeout. Compiled on first use.
local host = ...
local strands, raise, typeName, check = host.part("strands"), host.raise, host.typeName, host.check
local type, next, select, mathtype, unpack, pack = type, next, select, math.type, table.unpack, table.pack
local tostring = tostring

-- MARK: parallel

local function checkOption(key, value, count)
  if mathtype(key) == "integer" then
    if key < 1 or key > count then
      raise("usage", "parallel: there is no function at place " .. (count + 1), "a nil stands there, or a number is left out")
    end
  elseif key ~= "limit" then
    raise("usage", "parallel: there is no option " .. host.quote(key), nil, "it takes functions and: limit")
  elseif mathtype(value) ~= "integer" or value < 1 then
    raise("usage", "parallel: limit: expected a number from 1, got " .. host.quote(value))
  end
end

-- The functions of `parallel{ f, g, limit = 4 }`, and how many may run at a time.
local function branches(spec, ...)
  if type(spec) ~= "table" or select("#", ...) > 0 then
    raise("usage", "parallel takes one table of functions", host.secretReason(spec),
      "write parallel{ function() … end, function() … end, limit = 4 }")
  end
  local functions, count = {}, 0
  while rawget(spec, count + 1) ~= nil do
    count = count + 1
    local f = rawget(spec, count)
    if type(f) ~= "function" then
      raise("usage", "parallel: branch " .. count .. ": expected a function, got " .. typeName(f), nil,
        "a call waits before parallel is there: wrap it, function() … end")
    end
    functions[count] = f
  end
  for key, value in next, spec do checkOption(key, value, count) end
  return functions, count, rawget(spec, "limit") or count
end

local function parallel(...)
  local functions, count, limit = branches(...)
  local results, places, failure, place = {}, {}, nil, nil
  local group
  group = strands.newGroup("parallel", function(strand, outcome)
    if outcome.ok then
      results[places[strand]] = outcome.results[2]
    elseif not failure then
      failure, place = outcome, places[strand]
      strands.cancelGroup(group, strands.cancelled("branch " .. place .. " of parallel has failed"))
    end
  end)
  for i = 1, count do
    while group.count >= limit do strands.wait(group) end
    if failure or group.parent.cancel then break end
    local strand = strands.start(group, functions[i])
    strand.isBeside = true
    places[strand] = i
  end
  strands.close(group)
  if failure then strands.raiseFrom(failure, "in branch " .. place .. " of parallel, called from:") end
  return unpack(results, 1, count)
end

-- MARK: timeout

local function spell(seconds)
  return tostring(seconds) .. (seconds == 1 and " second" or " seconds")
end

-- The error of what was late; `what` names it.
local function tooLate(what, seconds)
  return host.makeError {
    kind = "timeout", message = what .. " did not end within " .. spell(seconds), reason = "that is the time it was given",
    hint = "give it more time, or find out what it waits for",
  }
end

-- Calls f and ends it after `seconds`; `late` makes the error that is raised then.
local function limited(seconds, late, f, ...)
  local outcome
  local group = strands.newGroup("timeout", function(_, ended) outcome = ended end)
  local strand, stop = strands.startLimited(group, seconds, f, ...)
  while not outcome do strands.wait(group) end
  stop()
  strands.close(group)
  if outcome.ok then return unpack(outcome.results, 2, outcome.results.n) end
  if not strand.isLate and outcome.err ~= strand.late then strands.raiseFrom(outcome, "within timeout, called from:") end
  strands.raiseFrom({ err = late(), trace = outcome.trace }, "within timeout, called from:")
end

local function timeout(limit, f, ...)
  local seconds = host.part("retry").seconds(limit, "timeout: duration")
  if seconds <= 0 then raise("usage", "timeout: duration: expected more than no time", nil, "leave it out for no limit") end
  check(f, "function", "timeout: argument 2", "a function")
  return limited(seconds, function() return tooLate("it", seconds) end, f, ...)
end

return { parallel = parallel, timeout = timeout, limited = limited, tooLate = tooLate }
