-- idea: a captured secret that ends with a value of the vault, in base64 behind other text: the value's mask takes the last character, which is not all the captured one's own
-- out: apart:
local token = getSecret("TOKEN")
local seen = {}
for length = 12, 20 do
  local own = spawn{ "sh", "-c", [[printf %s "$(head -c 40 /dev/urandom | base64 -w0 | tr -d +/= | cut -c1-$L)$V"]],
    env = { V = token, L = tostring(length) }, capture = "secret" }.stdout
  for _, before in ipairs{ "", "u", "u:" } do
    for _, behind in ipairs{ "", "!", "z" } do
      for times = 1, 2 do
        local text = spawn{ "sh", "-c", [[printf %s%s%s "$1" "$S" "$2" | base64 -w0 | if test $3 = 2; then base64 -w0; else cat; fi]],
          "sh", before, behind, tostring(times), env = { S = own }, capture = true }.stdout
        local first = text:find("[secret:", 1, true)
        if not first or first > 12 then seen[#seen + 1] = length .. before .. behind .. times .. text end
      end
    end
  end
end
print("apart:" .. table.concat(seen, " "))
