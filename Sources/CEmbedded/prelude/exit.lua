-- os.exit, from wherever in the script: what every strand has deferred runs, then the run ends. Compiled on first use.
local host = ...
local core = host.strands
local live, next, mathtype = core.live, next, math.type

-- What every strand has deferred, the newest first; the one that ends the run before all. Gives the first error, where
-- the run ends well without it.
local function runAllDeferred(strand, endsWell)
  local failed = host.runDeferred(strand, nil, not endsWell)
  for number = strand.mark, 1, -1 do
    if live[number] then
      failed = host.runDeferred(live[number], nil, failed ~= nil or not endsWell) or failed
    end
  end
  return failed
end

local function hasDeferred()
  for _, strand in next, live do
    if strand.deferred and #strand.deferred > 0 then return true end
  end
end

-- The report of the error that this strand, or one that it belongs to, is being cleaned up after.
local function failingReport(strand)
  while strand do
    if strand.failing then return strand.failing end
    strand = strand.parent
  end
  return core.failing()
end

-- Ends the run with `code`, or with the error that is being cleaned up after: that is not hidden by os.exit.
local function exit(code)
  if code == nil or code == true then code = 0 elseif code == false then code = 1 end
  if mathtype(code) ~= "integer" or code < 0 or code > 255 then
    host.raise("usage", "os.exit: expected a number from 0 to 255, true or false, got " .. host.quote(code))
  end
  local strand = core.current() or core.main()
  local report = failingReport(strand) or { status = "exit", code = code }
  if not core.failing() and hasDeferred() then
    core.isEnding = true
    host.notify(host.operations.ending, report)
    core.freeze(strand)
    local failed = runAllDeferred(strand, report.status == "exit" and code == 0)
    if failed then report = host.describeError(failed[1], failed[2]) end
  end
  core.finish(report)
  while true do host.receive() end
end

return { exit = exit }
