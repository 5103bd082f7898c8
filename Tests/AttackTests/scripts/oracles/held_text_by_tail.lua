-- idea: where the end of standard error that an error keeps begins does not tell whether its last bytes were held back
-- guess: TOKEN 8
-- out: true
getSecret("TOKEN")
local function try(guess)
  local text = (("y"):rep(99) .. "\n"):rep(685) .. guess
  local _, e = pcall(spawn, { "sh", "-c", "cat >&2; exit 3", stdin = text, quiet = true })
  return #e.stderr
end
local same = true
for _, more in ipairs { "", "y", "yy", ("y"):rep(40) } do same = same and try(arg[1] .. more) == try(arg[2] .. more) end
print(same)
