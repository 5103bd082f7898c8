-- vaultscript whoami: as whom, where and for how long.
local vault = login()
local found = vault:identity()

-- A number of seconds as people read it; nothing where there is none.
local function time(seconds)
  if not seconds then return nil end
  if seconds < 120 then return ("%d s"):format(seconds) end
  if seconds < 2 * 3600 then return ("%d min"):format(seconds // 60) end
  if seconds < 2 * 86400 then return ("%d h"):format(seconds // 3600) end
  return ("%d days"):format(seconds // 86400)
end

if options.json then
  print(json.encode(found))
else
  for _, row in ipairs {
    { "identity", found.name }, { "id", found.id }, { "method", found.method }, { "organisation", found.organization },
    { "host", found.host }, { "project", found.project }, { "environment", found.env }, { "path", found.path },
    { "token ends in", time(found.expiresIn) },
    { "token ends for good in", time(found.maximumLifeLeft) },
  } do
    if row[2] then print(("%-23s %s"):format(row[1], row[2])) end
  end
end
