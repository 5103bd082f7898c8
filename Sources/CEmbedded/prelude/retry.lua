-- retry, and durations as numbers. Compiled on first use.
local host = ...
local raise, typeName, check, call, notify = host.raise, host.typeName, host.check, host.call, host.notify
local operations = host.operations
local type, next, xpcall, pack, unpack, rawget, tonumber = type, next, xpcall, table.pack, table.unpack, rawget, tonumber
local mathtype, random, min = math.type, math.random, math.min
local match, concat, error = string.match, table.concat, error

-- MARK: durations

local units = { ms = 0.001, s = 1, m = 60, h = 3600, d = 86400 }
local longest = 366 * 86400

local function textSeconds(text)
  if match(text, "^[%d.]+$") then return tonumber(text) end
  local total, rest = 0, text
  repeat
    local number, unit, after = match(rest, "^([%d.]+)(%a+)(.*)$")
    number = number and tonumber(number)
    if not number or not units[unit] then return nil end
    total, rest = total + number * units[unit], after
  until rest == ""
  return total
end

-- The number of seconds that a duration stands for.
local function seconds(value, where)
  local found = value
  if type(value) == "string" then found = textSeconds(value) end
  if type(found) ~= "number" or not (found >= 0 and found <= longest) then
    raise("usage", where .. ": expected seconds or a text such as \"90s\", got "
      .. ((type(value) == "string" or type(value) == "number") and host.quote(value) or typeName(value)),
      host.secretReason(value), "units are ms, s, m, h and d; the longest is a year")
  end
  return found
end

-- MARK: options

-- What a second try cannot mend, or must not be tried again.
local never = { usage = true, auth = true, denied = true, cancelled = true, leak = true, limit = true }
local kinds = { "notFound", "network", "timeout", "exit", "signal", "start", "io", "script" }

local function kindOf(e)
  local kind = type(e) == "table" and rawget(e, "kind")
  return type(kind) == "string" and kind or "script"
end

local function kindList(list, where)
  local wanted = {}
  for _, kind in next, type(list) == "table" and list or { list } do
    if never[kind] then
      raise("usage", where .. ": on: errors of the kind " .. kind .. " are never tried again", nil,
        "it takes: " .. concat(kinds, ", "))
    end
    local isKnown = false
    for _, known in next, kinds do isKnown = isKnown or known == kind end
    if not isKnown then
      raise("usage", where .. ": on: there is no kind of error " .. host.quote(kind), nil, "it takes: " .. concat(kinds, ", "))
    end
    wanted[kind] = true
  end
  return wanted
end

local function checkKeys(given, where)
  local known = { times = true, backoff = true, on = true, jitter = true, max = true }
  for key in next, given do
    if not known[key] then
      raise("usage", where .. ": there is no option " .. host.quote(key), nil, "it takes: times, backoff, on, jitter, max")
    end
  end
end

local function jitterOf(value, where)
  if value == nil or value == true then return 0.5 end
  if value == false then return 0 end
  if type(value) == "number" and value >= 0 and value <= 1 then return value end
  raise("usage", where .. ": jitter: expected true, false or a part from 0 to 1, got " .. host.quote(value))
end

-- Checks `{ times, backoff, on, jitter, max }`, or the number of tries alone.
local function policy(given, where)
  if type(given) == "number" then given = { times = given } end
  check(given, "table", where, "a table such as { times = 3, backoff = \"1s\" }")
  checkKeys(given, where)
  local times, on = given.times == nil and 3 or given.times, given.on
  if mathtype(times) ~= "integer" or times < 1 then
    raise("usage", where .. ": times: expected a number from 1, got " .. host.quote(times))
  end
  return {
    times = times,
    first = seconds(given.backoff == nil and 1 or given.backoff, where .. ": backoff"),
    most = seconds(given.max == nil and 60 or given.max, where .. ": max"),
    jitter = jitterOf(given.jitter, where),
    wanted = type(on) ~= "function" and on ~= nil and kindList(on, where) or nil,
    judge = type(on) == "function" and on or nil,
  }
end

-- MARK: trying

-- The pause after a try: it doubles each time up to the most, and a part of it is left to chance, so that many who failed
-- together do not come back together.
local function pause(p, attempt)
  local whole = min(p.most, p.first * 2.0 ^ min(attempt - 1, 60))
  return whole * (1 - p.jitter * random())
end

local function isWorthIt(p, e, attempt)
  local kind = kindOf(e)
  if attempt >= p.times or never[kind] then return false end
  if p.wanted then return p.wanted[kind] == true end
  return not p.judge or p.judge(e, attempt)
end

local function firstLine(e)
  return match(host.describeError(e).text or "", "^[^\n]*")
end

-- What a try has deferred that is made once more: its own, beyond the first `kept`. Where the strand is cancelled
-- meanwhile there is no other try.
local function runDeferred(strand, e, kept)
  local wasCancelled = strand.isCancelled
  host.runDeferred(strand, e, true, kept)
  if strand.isCancelled and not wasCancelled then error(host.cancelError, 0) end
end

-- Calls `f(attempt)` until it succeeds; `tried`, where there is one, hears of each try that is made.
local function attempts(p, f, tried)
  local strand = host.strands.current() or host.strands.main()
  local attempt = 1
  while true do
    if tried then tried(attempt) end
    local kept = strand.deferred and #strand.deferred or 0
    local trace
    local results = pack(xpcall(f, function(e)
      trace = host.strands.traceFor(e, 2)
      return (host.locate(e))
    end, attempt))
    if results[1] then return unpack(results, 2, results.n) end
    local e = results[2]
    if not isWorthIt(p, e, attempt) then
      if trace then host.carry(e, trace .. "\nin try " .. attempt .. " of retry, called from:") end
      error(e, 0)
    end
    if strand.deferred and #strand.deferred > kept then runDeferred(strand, e, kept) end
    local delay = pause(p, attempt)
    notify(operations.retry, {
      task = host.currentTask(), attempt = attempt, times = p.times, delay = delay, error = firstLine(e),
    })
    call(operations.sleep, { duration = delay })
    attempt = attempt + 1
  end
end

local function retry(given, f)
  local p = policy(given, "retry")
  check(f, "function", "retry: argument 2", "a function")
  return attempts(p, f)
end

return { retry = retry, policy = policy, attempts = attempts, seconds = seconds, firstLine = firstLine }
