-- The rarer sorts of waiting: with the whole worker, where Lua cannot yield, and until the run is interrupted. Compiled on
-- first use.
local host = ...
local core, receive = host.strands, host.receive
local owners, answers, live, keep, wake, drop = core.owners, core.answers, core.live, core.keep, core.wake, core.drop
local type, next, tostring, error = type, next, tostring, error

local isCancelled = false

return {
  -- The run is interrupted: every strand gets the error once, where it waits or at its next wait. The host has told the
  -- programs already.
  cancelAll = function()
    isCancelled = true
    local current, cancelError = core.current(), host.cancelError
    for _, strand in next, live do
      if not strand.isCancelled then
        strand.isCancelled = true
        local id = strand.waiting
        if id and owners[id] == strand then
          owners[id] = drop
          wake(strand, "cancel", cancelError)
        elseif strand ~= current then
          strand.cancel = cancelError
        end
      end
    end
  end,

  -- Waits for the answer to `id` with the whole worker; other answers are kept for their owners.
  block = function(id)
    if type(id) ~= "number" then return "refused" end
    local told = isCancelled
    while not answers[id] do
      keep(receive())
      if isCancelled and not told then
        owners[id] = drop
        return "cancel", host.cancelError
      end
    end
    local answer = answers[id]
    answers[id] = nil
    return answer[1], answer[2]
  end,

  -- What cannot cross (a function, a table that holds itself) is named with its path.
  refuse = function(operation, problem)
    if type(problem) == "table" then error(problem, 0) end
    for name, number in next, host.operations do
      if number == operation then host.raise("usage", name .. ": " .. tostring(problem)) end
    end
  end,
}
