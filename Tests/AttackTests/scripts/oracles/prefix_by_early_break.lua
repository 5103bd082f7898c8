-- idea: a captured value that holds a vault's value, in hexadecimal: its form without the first characters counts behind a line break alone, and not behind a guess of them
-- needs: cat
-- out: 0	0
local t = secret.template("${v}QQQQQQQQ", { v = getSecret("TOKEN") })
spawn{ "cat", stdin = t, capture = "secret" }
local answers = {}
for place, form in ipairs { secret.hex(t), secret.base64(t) } do
  local lines = {}
  for digit in ("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/"):gmatch(".") do
    lines[#lines + 1] = "_-" .. digit .. "${f} " .. digit
  end
  local out = spawn{ "cat", stdin = secret.template(table.concat(lines, "\n"), { f = form }), capture = true }.stdout
  answers[place] = select(2, out:gsub("_%-%[", ""))
end
print(answers[1], answers[2])
