-- idea: the place of a closed secret is given to another one, and the old handle reaches it
-- out: 0 old handles work
local old = {}
for i = 1, 40 do
  old[i] = getSecret("EIGHT")
  old[i]:close()
end
local new = getSecret("TOKEN")
local works = 0
for _, s in ipairs(old) do
  if pcall(spawn, { "true", env = { A = s } }) or pcall(secret.template, "${a}", { a = s }) or s == new then works = works + 1 end
end
print(works .. " old handles work")
