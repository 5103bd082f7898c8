-- idea: lines of a value's base64 are given while its last line is open, and while nobody reads
-- out: nil
-- out: [secret:TOKEN]
local open = [[x=$(base64 -w 12); printf '%s' "$x"; sleep 1]]
local p = spawn{ "sh", "-c", open, stdin = getSecret("TOKEN"), capture = true, background = true }
local found = {}
for line in p:lines() do found[line] = true end
found["[secret:TOKEN]"] = nil
print(next(found))
local p = spawn{ "sh", "-c", [[yes "$(base64 -w 12)" | head -n 200000]], stdin = getSecret("TOKEN"), capture = true, background = true }
sleep(1.3)
for line in p:lines() do found[line:sub(1, 20)] = true end
for line in pairs(found) do if #line > 3 then print(line) end end
