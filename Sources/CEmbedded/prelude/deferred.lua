-- What is deferred to the end of a strand. Compiled on first use.
local host = ...
local core, check, xpcall = host.strands, host.check, xpcall
local rawequal = rawequal

-- Says what a deferred function has failed for, where another error ends its strand.
local function tell(e, trace)
  local report = host.describeError(e, trace)
  local place = report.place and report.place .. ": " or ""
  host.notify(host.operations.log, { level = "error", message = "a deferred function failed: " .. place .. report.text })
end

return {
  -- Registers a function for the end of the strand; the last one is called first.
  defer = function(f)
    check(f, "function", "defer: argument 1", "a function")
    local strand = core.current() or core.main()
    local deferred = strand.deferred
    if not deferred then
      deferred = {}
      strand.deferred = deferred
    end
    deferred[#deferred + 1] = f
  end,

  -- Calls what a strand has deferred, or what it has deferred beyond the first `kept`, each one whatever the others do.
  -- The first error is given back, with its trace, where the strand has not failed; each other one is told.
  run = function(strand, err, hasFailed, kept)
    local deferred = strand.deferred
    local failed
    while deferred and #deferred > (kept or 0) do
      local f = deferred[#deferred]
      deferred[#deferred] = nil
      local trace
      local ok, e = xpcall(f, function(e)
        trace = core.traceFor(e, 2)
        return (host.locate(e))
      end, err)
      if not ok then
        if not hasFailed then
          failed, hasFailed = { e, trace }, true
          -- What ends the run from now on, an os.exit in another one too, does not hide it.
          strand.failing = host.describeError(e, trace)
          if core.isEnding then host.notify(host.operations.ending, strand.failing) end
        elseif not rawequal(e, err) and not rawequal(e, host.cancelError) then
          tell(e, trace)
        end
      end
    end
    return failed
  end,
}
