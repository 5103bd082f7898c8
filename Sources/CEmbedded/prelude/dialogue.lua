-- confirm and progress. Compiled on first use.
local host = ...
local raise, typeName, check, call, notify = host.raise, host.typeName, host.check, host.call, host.notify
local operations, type, next, floor = host.operations, type, next, math.floor

-- Asks a question at the terminal that is answered with yes or no.
local function confirm(question, ...)
  check(question, "string", "confirm: question", "the question, such as \"Deploy?\"")
  if select("#", ...) > 0 then raise("usage", "confirm takes one argument, the question") end
  return call(operations.confirm, { question = question })
end

local function number(value, where)
  if type(value) == "number" and value >= 0 and value < math.huge then return value end
  raise("usage", where .. ": expected a number from 0, got "
    .. (type(value) == "number" and host.quote(value) or typeName(value)), host.secretReason(value))
end

local told = {} -- task or 0 -> what was told last

-- Says how far something is. Steps that nobody could see are not told.
local function progress(done, total, text)
  number(done, "progress: done")
  if total ~= nil then number(total, "progress: total") end
  if text ~= nil then check(text, "string", "progress: text", "a text") end
  local task = host.currentTask()
  local part = total and total > 0 and floor(done / total * 1000) or done
  local last = told[task or 0]
  if last and last.part == part and last.text == text and last.total == total then return end
  told[task or 0] = { part = part, text = text, total = total }
  notify(operations.progress, { task = task, done = done, total = total, text = text })
end

return { confirm = confirm, progress = progress }
