-- vaultscript whoami: as whom, where and for how long.
local vault = login()
local found = vault:identity()

if options.json then
  print(json.encode(found))
else
  for _, row in ipairs {
    { "identity", found.name }, { "id", found.id }, { "method", found.method }, { "organisation", found.organization },
    { "host", found.host }, { "project", found.project }, { "environment", found.env }, { "path", found.path },
    { "token ends in", found.expiresIn and ("%d s"):format(found.expiresIn) },
    { "token ends for good in", found.maximumLifeLeft and ("%d s"):format(found.maximumLifeLeft) },
  } do
    if row[2] then print(("%-23s %s"):format(row[1], row[2])) end
  end
end
