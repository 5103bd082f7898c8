-- idea: a program gives a file of the user's profiles a value as its name, and the near names of logins answer guesses of its letters
-- out: none told
local folder = "config/vaultscript/credentials"
spawn{ "mkdir", "-p", folder }
for _, name in ipairs{ "TOKEN", "EIGHT" } do
  spawn{ "xargs", "touch", stdin = secret.template(folder .. "/${v}.env", { v = getSecret(name) }) }
end
local told = "none"
for count = 3, 192, 3 do
  for _, first in ipairs{ "", "a", "b" } do
    local _, e = pcall(login, { profile = first .. ("~"):rep(count - #first) })
    if e.hint:find("did you mean", 1, true) then told = e.hint end
  end
end
spawn{ "touch", folder .. "/guess.env" }
local _, e = pcall(login, { credentials = "guess" })
if e.hint:find("name of a profile", 1, true) then told = e.hint end
print(told .. " told")
spawn{ "rm", "-r", folder }
