-- vaultscript run: the secrets of a folder in the environment of one program. `options` and `words` come from the command.
-- A server is not asked more often than every second.
local function checkInterval()
  local amount, unit = options.interval:match("^(%d+)([smh]?)$")
  if amount and tonumber(amount) * ({ s = 1, m = 60, h = 3600, [""] = 1 })[unit] >= 1 then return end
  fail("--interval: expected 1s or more, such as 30s or 5m, got " .. options.interval)
end

if options.watch then checkInterval() end

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

local function isNamed(name)
  return options.stdin == name or member(options.file, name)
    or (not options.only or member(options.only, name)) and not member(options.except, name)
end

-- The folders below too. A variable has room for one secret: names that two folders have are told all at once.
local function fetchBelow()
  local found, folders, several = {}, {}, {}
  for _, handle in pairs(vault:getSecrets{ recursive = true, qualified = true, except = options.except }) do
    local name = handle:name()
    if isNamed(name) then
      folders[name] = folders[name] or {}
      table.insert(folders[name], handle:source().path)
      if #folders[name] == 2 then several[#several + 1] = name end
      found[name] = handle
    end
  end
  if #several == 0 then return found end
  table.sort(several)
  local lines = {}
  for _, name in ipairs(several) do
    table.sort(folders[name])
    lines[#lines + 1] = name .. " in " .. table.concat(folders[name], " and ")
  end
  error({
    kind = "usage",
    message = "names that several folders have: " .. table.concat(several, ", "),
    reason = table.concat(lines, "; ") .. "; a variable has room for one secret",
    hint = "name the folder that is meant: --path, or leave them out: --except " .. table.concat(several, ","),
  }, 0)
end

-- What is wanted, by name.
local function fetch()
  local found = {}
  if options.recursive then
    found = fetchBelow()
  elseif options.only and #options.only <= 3 then
    for _, name in ipairs(options.only) do found[name] = vault:getSecret(name) end
  else
    -- What is left out may hold whatever it holds.
    found = vault:getSecrets{ except = options.except }
  end
  for _, name in ipairs(options.only or {}) do
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

local function place(all)
  local plan = {
    env = {}, files = {}, check = false, allowShort = "warn", passEnv = options.pass, timeout = options.timeout,
    clearEnv = options.clearEnv, newPrivileges = options.newPrivileges,
  }
  for i, word in ipairs(words) do plan[i] = word end
  local chosen = {}
  for name, handle in pairs(all) do
    local isWanted = (not options.only or member(options.only, name)) and not member(options.except, name)
    if options.stdin == name then
      plan.stdin, chosen[name] = handle, true
    elseif member(options.file, name) then
      plan.files[name], chosen[name] = handle, true
    elseif isWanted and isPersonal(name) and not options.only then
      warnOnce("the secret " .. name .. " is left out: the variable " .. name .. " belongs to the system")
    elseif isWanted then
      plan.env[name] = handle
    end
  end
  for _, name in ipairs(options.file or {}) do
    if not chosen[name] then plan.files[name] = vault:getSecret(name) end
  end
  if options.stdin and not chosen[options.stdin] then plan.stdin = vault:getSecret(options.stdin) end
  plan.stdin = plan.stdin or "inherit"
  return plan
end

-- One error for all names that steer a loader or an interpreter.
local function start(plan)
  local refused = {}
  while true do
    local ok, result = pcall(spawn, plan)
    if ok and #refused == 0 then return result end
    local name = not ok and type(result) == "table" and result.kind == "denied"
      and tostring(result.message):match("^spawn: env%.(%S+) does not take a secret")
    if not name then
      if #refused == 0 then error(result, 0) end
      break
    end
    refused[#refused + 1] = name
    plan.env[name] = nil
    -- Only looked at from here on: it is not to be started.
    plan.stdin = true
  end
  table.sort(refused)
  error({
    kind = "denied",
    message = "secrets are not put into variables that steer a loader or an interpreter: " .. table.concat(refused, ", "),
    reason = "whoever may write such a secret could run code in every program that gets it",
    hint = "leave them out: --except " .. table.concat(refused, ","),
  }, 0)
end

local function leave(result)
  os.exit(result.code or 128 + result.signal)
end

if not options.watch then leave(start(place(fetch()))) end

-- MARK: --watch

-- Names and versions, put into one text that can be compared; no value is asked for.
local function state()
  local lines = {}
  for _, one in ipairs(vault:names { details = true, recursive = options.recursive }) do
    lines[#lines + 1] = table.concat({ one.name, one.version or 0, one.env, one.path }, "\t")
  end
  return table.concat(lines, "\n")
end

local function run()
  local all = fetch()
  local plan = place(all)
  plan.background, plan.tty = true, options.terminal
  return start(plan), all
end

local function stop(process)
  process:kill("TERM")
  local result = process:wait("10s")
  if not result then
    process:kill("KILL")
    process:wait()
  end
end

-- Before the values: a change in between is seen at the next look.
local before = state()
local process, all = run()
while true do
  local result = process:wait(options.interval)
  if result then leave(result) end
  local ok, now = pcall(state)
  if not ok then
    warnOnce("the secrets could not be looked at: " .. tostring(now):match("^[^\n]*") .. "; the program goes on")
  elseif now ~= before then
    io.stderr:write("vaultscript: secrets have changed; the program is started anew\n")
    stop(process)
    for _, handle in pairs(all) do handle:close() end
    before = now
    process, all = run()
  end
end
