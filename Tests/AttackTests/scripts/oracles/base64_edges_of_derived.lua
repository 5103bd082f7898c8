-- idea: base64 that a program makes of what secret.base64 made of a text that ends with a value: the characters at its edges hold bits of the value
-- oracle: same
-- out: nothing
local found = "nothing"
for _, name in ipairs{ "TOKEN", "SPECIAL", "EIGHT" } do
  local value = getSecret(name)
  for own = 1, 9 do
    local made = secret.base64(secret.template(("x"):rep(own) .. "${v}", { v = value }))
    for before = 0, 2 do
      local text = spawn{ "sh", "-c", [[printf %s%s "$1" "$V" | base64 -w0]], "sh", ("Z"):rep(before), env = { V = made }, capture = true }.stdout
      local first, last = text:find("%[secret:[^]]*%]")
      -- What stands before the mask is of the text before, and no more.
      if not first or first > 5 then found = name .. own .. before .. text end
    end
  end
end
print(found)
