#!/usr/bin/env vaultscript
-- rotate_token.lua: exchange a token in the vault for a new one, so that whoever reads it always finds one that works.
--
-- Needs   a secret NAME that holds the token in use; an identity that may read, write and delete NAME, NAME_NEXT, NAME_OLD
-- Run     vaultscript scripts/rotate_token.lua NAME --make CMD --prove CMD --retire CMD [--admin SECRET] [--again]
--         vaultscript scripts/rotate_token.lua NAME --random BYTES --set CMD --prove CMD [--retire CMD] [--admin SECRET] [--again]
--
-- The commands are lines for sh. They find what they need in their environment, never in their arguments:
--   --make    prints a new token of the service. TOKEN is the one in use.
--   --set     tells the service the new token, TOKEN, that --random has made. Must do no harm when done twice.
--   --prove   exits 0 if TOKEN works.
--   --retire  ends TOKEN, the old one. Must do no harm when done twice.
--   --admin   names a secret that make, set and retire find as ADMIN.
--   --again   gives up a token in NAME_NEXT that --prove refuses, and goes on with another one.
--
-- If it dies at any step, run it again: it goes on where it was. What is under way lies in the vault, as NAME_NEXT from
-- when there is a new token, and as NAME_OLD from before the new one takes its place until the old one has been retired.
-- Where the service takes two tokens at once, NAME works at every moment. One thing can be left over: a token that
-- --make has made while this script died before it was stored. It opens the service until somebody ends it there.
-- Where the service takes one token only (no --retire), --set ends the old one, and NAME does not work until the new one
-- has been proved and stored: the gap is told with its length. If it dies in the gap, run it again at once.

local name = arg[1]
local given = {}
local known = { make = true, set = true, prove = true, retire = true, random = true, admin = true }
local i = 2
while arg[i] do
  local option = arg[i]:match("^%-%-(%a+)$")
  if option == "again" then
    given.again, i = true, i + 1
  else
    if not known[option] or not arg[i + 1] then fail("there is no option " .. arg[i] .. ", or it has no value", { code = 2 }) end
    given[option], i = arg[i + 1], i + 2
  end
end
if not name or not given.prove or not (given.make or given.set) then
  fail("give a name, --prove, and --make or --random with --set; see the head of this script", { code = 2 })
end
if given.make and not given.retire then fail("a token that is made beside the old one needs --retire", { code = 2 }) end

local vault = login()
local next_name, old_name = name .. "_NEXT", name .. "_OLD"
local admin = given.admin and vault:getSecret(given.admin) or nil

local function run(step, token, capture)
  local env = { TOKEN = token, ADMIN = step ~= "prove" and admin or nil }
  return spawn { "sh", "-c", given[step], env = env, capture = capture, label = not capture and step or nil }
end

-- What an earlier run has left.
local current = vault:getSecret(name)
local new = vault:getSecret(next_name, { optional = true })
local old = vault:getSecret(old_name, { optional = true })
-- The version of NAME_NEXT.
local version = new and new:source().version

local function retire()
  if given.retire then run("retire", old) end
  -- In this order: NAME_NEXT alone would mean that the old one is still in use.
  vault:deleteSecret(next_name, { optional = true })
  vault:deleteSecret(old_name, { optional = true })
  log.info(given.retire and "retired" or "done", { secret = name })
end

-- A token that does not work stays where it is: the service may have it, and nobody else could end it there.
local function prove()
  local result = spawn { "sh", "-c", given.prove, env = { TOKEN = new }, label = "prove", check = false }
  if result.ok then return log.info("proved", { secret = next_name }) end
  local ending = result.signal and "ended by signal " .. result.signal or "exited with code " .. result.code
  local unused = given.retire and "" or ", and may not work: --set has told the service the new token"
  error({
    kind = "exit",
    message = "the token in " .. next_name .. " does not work: --prove " .. ending,
    reason = name .. " is as it was" .. unused .. "; " .. next_name .. " is kept, and the next run tries it again",
    hint = "if the token itself is wrong, run this with --again: " .. (given.retire
      and "that ends it with --retire and makes another one"
      or "that makes another one; this one stays in the vault as a former version of " .. next_name),
  }, 0)
end

if old and not new then
  log.info("an earlier run died at its end", { secret = name })
  return retire()
end

if given.again and old then
  log.warn("--again is not needed: the token has been proved", { secret = next_name })
elseif given.again and new then
  if given.retire then
    run("retire", new)
    vault:deleteSecret(next_name, { ifVersion = version })
    version = nil
  end
  -- Without --retire it stays as a former version: the service may have it.
  new = nil
  log.info("given up", { secret = next_name })
end

if not new then
  new = given.make and run("make", current, "secret").stdout or secret.random(tonumber(given.random or 32))
  vault:putSecret(next_name, new, { ifVersion = version or 0, comment = "made by rotate_token.lua, to take the place of " .. name })
  log.info("made", { secret = next_name })
end

if not old then
  local began = os.time()
  if not given.make then run("set", new) end
  prove()
  vault:putSecret(old_name, current, { comment = "used until rotate_token.lua has retired it" })
  log.info("kept", { secret = old_name })
  vault:putSecret(name, new, { ifVersion = current:source().version })
  if not given.retire then
    log.warn("the service takes one token at a time: " .. name .. " did not work for a while", { seconds = os.time() - began })
  end
  old = current
else
  -- Both are there: whether the new one has taken its place is not known, and doing it again does no harm.
  vault:putSecret(name, new)
end
log.info("stored", { secret = name })
retire()
