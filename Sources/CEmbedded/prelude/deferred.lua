-- What is deferred to the end of a strand. Compiled on first use.
local host = ...
local core, check, pcall = host.strands, host.check, pcall

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

  -- Calls what a strand has deferred, each one whatever the others do. Gives the first error, where there was none before.
  run = function(strand, err)
    local deferred = strand.deferred
    local failed
    while deferred and #deferred > 0 do
      local f = deferred[#deferred]
      deferred[#deferred] = nil
      local ok, e = pcall(f, err)
      if not ok and failed == nil then failed = { e } end
    end
    return failed
  end,
}
