-- vaultscript run: the secrets of a folder in the environment of one program. `options` and `words` come from the command.
-- A name may hold what ends a line, or moves a terminal's cursor.
local function shown(name)
  return (name:gsub("%c", function(c) return ("\\x%02x"):format(c:byte()) end))
end

local function listed(names)
  local all = {}
  for i, name in ipairs(names) do all[i] = shown(name) end
  return table.concat(all, ", ")
end

-- Names behind an option, as a shell takes them.
local function word(names)
  local text = shown(table.concat(names, ","))
  if text:find("^[%w_@%%+=:,./-]+$") then return text end
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local vault = login()

local function member(list, name)
  for _, one in ipairs(list or {}) do
    if one == name then return true end
  end
  return false
end

-- Names that no program should get from a vault because they were meant for the shell of a person.
local personal = {}
for name in ("EDITOR HOME LOGNAME MAIL OLDPWD PATH PS1 PS2 PWD SHELL TERM TERMINFO USER XAUTHORITY"):gmatch("%S+") do
  personal[name] = true
end

local function isPersonal(name)
  return personal[name] or name:find("^XDG_") or name:find("^LC_")
end

-- Whether the program gets it: in a variable, a file or on its standard input.
local function isUsed(name)
  if options.stdin == name or member(options.file, name) then return true end
  if member(options.except, name) then return false end
  if options.only then return member(options.only, name) end
  return not isPersonal(name)
end

-- The names that the command line says, each once: these have to be there.
local named = {}
for _, list in ipairs { options.only or {}, options.file or {}, { options.stdin } } do
  for _, name in ipairs(list) do
    if isUsed(name) and not member(named, name) then named[#named + 1] = name end
  end
end
if options.only and #named == 0 then
  error({
    kind = "usage", message = "--except leaves nothing of what --only names",
    hint = "say which secrets the program gets: --only A,B, or --except A,B alone",
  }, 0)
end

-- Whether the names of --except have been looked for: one that is misspelt would hand over what was to be left out.
local isExceptKnown = not options.except or options.only ~= nil

-- What is left out may hold whatever it holds: it is neither kept nor judged.
local function chosen(more)
  more.except, more.exceptIsThere = options.except, not isExceptKnown
  if options.only then more.only = named end
  local found = vault:getSecrets(more)
  isExceptKnown = true
  return found
end

-- The folders below too. A variable has room for one secret: names that two folders have are told all at once.
local function fetchBelow()
  local found, folders, several = {}, {}, {}
  for _, handle in pairs(chosen { recursive = true, qualified = true }) do
    local name = handle:name()
    folders[name] = folders[name] or {}
    table.insert(folders[name], handle:source().path)
    if #folders[name] == 2 and isUsed(name) then several[#several + 1] = name end
    found[name] = handle
  end
  if #several == 0 then return found end
  table.sort(several)
  local lines = {}
  for _, name in ipairs(several) do
    table.sort(folders[name])
    lines[#lines + 1] = shown(name .. " in " .. table.concat(folders[name], " and "))
  end
  error({
    kind = "usage",
    message = "names that several folders have: " .. listed(several),
    reason = table.concat(lines, "; ") .. "; a variable has room for one secret",
    hint = "name the folder that is meant: --path, or leave them out: --except " .. word(several),
  }, 0)
end

-- What is wanted, by name.
local function fetch()
  local found = {}
  if options.recursive then
    found = fetchBelow()
  elseif not options.only or #named > 3 then
    found = chosen {}
  end
  for _, name in ipairs(named) do
    -- The error of the vault has the near names.
    found[name] = found[name] or vault:getSecret(name)
  end
  return found
end

local warned = {}

local function warnOnce(text)
  if not warned[text] then io.stderr:write("warning: ", text, "\n") end
  warned[text] = true
end

-- What no variable can be called.
local function refuseNames(names)
  if #names == 0 then return end
  table.sort(names)
  local one = #names == 1
  error({
    kind = "usage",
    message = one and "secret " .. shown(names[1]) .. " cannot be a variable"
      or "secrets that cannot be variables: " .. listed(names),
    reason = "the name of a variable is not empty, and ends at its first =",
    hint = (options.only and "leave it out of --only" or "leave " .. (one and "it" or "them") .. " out: --except " .. word(names))
      .. ", or hand it over on standard input: --stdin " .. word { names[1] },
  }, 0)
end

local function place(all)
  local plan = {
    env = {}, files = {}, check = false, allowShort = "warn", passEnv = options.pass, timeout = options.timeout,
    clearEnv = options.clearEnv, newPrivileges = options.newPrivileges,
  }
  for i, each in ipairs(words) do plan[i] = each end
  local unfit = {}
  for name, handle in pairs(all) do
    if options.stdin == name then
      plan.stdin = handle
    elseif member(options.file, name) then
      plan.files[name] = handle
    elseif isUsed(name) then
      if name == "" or name:find("=", 1, true) then unfit[#unfit + 1] = name else plan.env[name] = handle end
    elseif isPersonal(name) then
      warnOnce(shown("the secret " .. name .. " is left out: the variable " .. name .. " belongs to the system"))
    end
  end
  refuseNames(unfit)
  plan.stdin = plan.stdin or "inherit"
  return plan
end

-- The variable for which `spawn` refuses a secret, where that is what is wrong.
local function refusedName(ok, result)
  return not ok and type(result) == "table" and result.kind == "denied"
    and tostring(result.message):match("^spawn: env%.(%S+) does not take a secret") or nil
end

-- One error for all names that steer a loader or an interpreter. `first` is the one that is known already.
local function refusal(plan, first)
  local refused, name = {}, first
  while name do
    refused[#refused + 1] = name
    plan.env[name] = nil
    -- Only looked at from here on: it is not to be started.
    plan.stdin = true
    name = refusedName(pcall(spawn, plan))
  end
  table.sort(refused)
  return {
    kind = "denied",
    message = "secrets are not put into variables that steer a loader or an interpreter: " .. table.concat(refused, ", "),
    reason = "whoever may write such a secret could run code in every program that gets it",
    hint = "leave them out: --except " .. word(refused),
  }
end

local function start(plan)
  local ok, result = pcall(spawn, plan)
  if ok then return result end
  local name = refusedName(ok, result)
  error(name and refusal(plan, name) or result, 0)
end

local function leave(result)
  if result.timedOut then
    fail(words[1] .. " did not end within " .. options.timeout .. " and was stopped\n"
      .. "give it more time: --timeout TIME, or find out what it waits for", { code = 124 })
  end
  os.exit(result.code or 128 + result.signal)
end

if not options.watch then leave(start(place(fetch()))) end

-- MARK: --watch

-- Names and versions of what the program gets, put into one text that can be compared; no value is asked for.
local function state()
  local lines, there = {}, {}
  for _, one in ipairs(vault:names { details = true, recursive = options.recursive }) do
    if isUsed(one.name) then
      there[one.name] = true
      lines[#lines + 1] = table.concat({ one.name, one.version or 0, one.env, one.path }, "\t")
    end
  end
  return { text = table.concat(lines, "\n"), there = there }
end

local function prepare()
  local all = fetch()
  local plan = place(all)
  plan.background, plan.tty = true, options.terminal
  return plan, all
end

local function closeAll(handles)
  for _, handle in pairs(handles) do handle:close() end
end

local function stop(process)
  process:kill("TERM")
  local result = process:wait("10s")
  if not result then
    process:kill("KILL")
    process:wait()
  end
end

local function goesOn(what, e)
  warnOnce(what .. ": " .. tostring(type(e) == "table" and e.message or e) .. "; the program goes on with what it has")
end

-- What the program would be started with now; nothing where it could not be, which is said.
local function prepareAnew(now, before)
  local what = "secrets have changed"
  for _, name in ipairs(named) do
    if before.there[name] and not now.there[name] then
      -- Made anew it has the version that it had: whatever comes next is a change.
      before.text = nil
      return goesOn(what, "secret " .. shown(name) .. " is not there any more")
    end
  end
  local ok, plan, all = pcall(prepare)
  -- It is tried again at the next look.
  if not ok then return goesOn(what, plan) end
  -- Looked at, and not started: no program takes `true` for its standard input.
  local input = plan.stdin
  plan.stdin = true
  local name = refusedName(pcall(spawn, plan))
  plan.stdin = input
  if not name then return plan, all end
  now.isRefused = true
  goesOn(what, refusal(plan, name))
  for _, handle in pairs(all) do handle:close() end
end

-- Before the values: a change in between is seen at the next look.
local before = state()
local plan, all = prepare()
local process = start(plan)
-- A look whose names no program may be started with; the next that is the same is not tried.
local refused
while true do
  local result = process:wait(options.interval)
  if result then leave(result) end
  local ok, now = pcall(state)
  if not ok then
    goesOn("the secrets could not be looked at", now)
  elseif now.text ~= before.text and now.text ~= refused then
    local anew, more = prepareAnew(now, before)
    refused = now.isRefused and now.text
    if anew and not process:running() then leave(process:wait()) end
    if anew then
      io.stderr:write("vaultscript: secrets have changed; the program is started anew\n")
      stop(process)
      for _, handle in pairs(all) do handle:close() end
      before, all = now, more
      process = start(anew)
    end
  end
end
