-- The lines of `vaultscript repl`: read, run, shown. Compiled when there is no script but a person.
local host = ...
local strands, operations, call, notify = host.part("strands"), host.operations, host.call, host.notify
local pack, concat, sub, match = table.pack, table.concat, string.sub, string.match
local tostring, type, rawget = tostring, type, rawget

local name = "=(repl)"

-- The function of a text, or nil and the message, and whether the text only needs to go on.
local function compile(text)
  local f, message = host.load(text, name)
  return f, message, not f and sub(message, -5) == "<eof>"
end

-- Words that a person may type alone, unless the session has a variable of that name.
local words = { exit = "leave", quit = "leave", help = "help" }

local help = [[
Type Lua: a statement, or an expression whose value is shown. Globals stay from line to line; `local` holds for its line.
  print(getSecret("NAME"))                                  a handle: its value is never shown
  spawn{ "printenv", "X", env = { X = getSecret("NAME") } } a program gets the value; what it prints is masked
  for _, name in ipairs(login():names()) do print(name) end what there is
Tab completes, the arrows bring former lines, Ctrl-C ends the line that runs; exit or Ctrl-D leaves.
More: vaultscript help script-api, vaultscript help reference.
]]

-- What a line typed by a person asks of the session itself: `exit`, `quit()`; nil where it is Lua.
local function wish(text)
  local word = match(text, "^%s*(%a+)%s*$") or match(text, "^%s*(%a+)%s*%(%s*%)%s*$")
  if words[word] and rawget(host.load("return _ENV", name)(), word) == nil then return words[word] end
end

-- The next chunk: a function; or nil and a message; or nothing at the end of the input. `false` stands for a line that was
-- given up, or done.
local function read()
  local text = call(operations.readLine, { more = false })
  if not text then return text end
  -- A line that somebody has typed comes in a table; lines of a file are Lua alone.
  if type(text) == "table" then
    text = text.typed
    local wanted = wish(text)
    if wanted == "leave" then return nil end
    if wanted == "help" then
      notify(operations.write, { stream = 1, text = help })
      return false
    end
  end
  local f = host.load("return " .. text, name)
  if f then return f end
  while true do
    local message, isOpen
    f, message, isOpen = compile(text)
    -- A message quotes the word at which Lua stopped, however long that is.
    if message and #message > 500 then message = sub(message, 1, 500) .. "…" end
    if not isOpen then return f, message end
    local more = call(operations.readLine, { more = true })
    if more == false then return false end
    if more == nil then return nil, message end
    text = text .. "\n" .. (type(more) == "table" and more.typed or more)
  end
end

-- Runs a chunk, with the tasks that it names, and shows its values. What `tostring` of one raises is an error of the line.
local function run(f)
  local results = pack(f())
  if host.runTasks then host.runTasks() end
  if results.n == 0 then return end
  local texts = {}
  for i = 1, results.n do texts[i] = tostring(results[i]) end
  notify(operations.write, { stream = 1, text = concat(texts, "\t") .. "\n" })
end

-- Each line is a strand of its own, so that it can be ended without the session.
local function evaluate(f)
  local outcome
  local group = strands.newGroup("repl", function(_, ended) outcome = ended end)
  local _, stop = strands.startLimited(group, nil, run, f)
  while not outcome do strands.wait(group) end
  stop()
  strands.close(group)
  -- Tasks are those of one line.
  host.forget("tasks")
  host.runTasks = nil
  if not outcome.ok then notify(operations.lineFailed, host.describeError(outcome.err, outcome.trace)) end
end

return {
  run = function()
    while true do
      local f, message = read()
      if f then
        evaluate(f)
      elseif message then
        notify(operations.lineFailed, { status = "error", kind = "usage", text = message })
      elseif f == nil then
        return
      end
    end
  end,
}
