-- idea: what brought a handle into the script keeps it after the script has let it go
-- out: done	done	done
local seen = setmetatable({}, { __mode = "kv" })
local function isGone()
  collectgarbage()
  return next(seen) == nil and "done" or "kept"
end
local inCoroutine = coroutine.wrap(function()
  seen[secret.random(8)] = getSecret("EIGHT")
  return isGone()
end)()
seen[getSecret("FIVE")] = secret.random(8)
local inMain = isGone()
local inBranch
parallel{ function()
  seen[1] = getSecret("FIVE")
  inBranch = isGone()
end }
print(inCoroutine, inMain, inBranch)
