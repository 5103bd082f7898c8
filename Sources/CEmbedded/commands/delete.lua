-- vaultscript delete NAME…: asked for before, by the command.
local vault = login()

-- A name may hold what ends a line, or moves a terminal's cursor.
local function shown(name)
  return (name:gsub("%c", function(c) return ("\\x%02x"):format(c:byte()) end))
end

-- The change policy's answer for the first name that meets one; the other names are asked for all the same.
local waiting
for _, name in ipairs(words) do
  local ok, e = pcall(vault.deleteSecret, vault, name)
  if ok then
    print(shown(name) .. " deleted")
  elseif type(e) ~= "table" or e.kind ~= "denied" or e.status ~= 200 then
    error(e, 0)
  elseif waiting then
    io.stderr:write("secret ", shown(name), " is not deleted: the change awaits approval\n")
  else
    waiting = e
  end
end
if waiting then error(waiting, 0) end
