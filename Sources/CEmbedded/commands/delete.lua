-- vaultscript delete NAME…: asked for before, by the command.
local vault = login()
-- The change policy's answer for the first name that meets one; the other names are asked for all the same.
local waiting
for _, name in ipairs(words) do
  local ok, e = pcall(vault.deleteSecret, vault, name)
  if ok then
    print(name .. " deleted")
  elseif type(e) ~= "table" or e.kind ~= "denied" or e.status ~= 200 then
    error(e, 0)
  elseif waiting then
    io.stderr:write("secret ", name, " is not deleted: the change awaits approval\n")
  else
    waiting = e
  end
end
if waiting then error(waiting, 0) end
