-- idea: lines of one's own around a secret that is too short to mask, each of which ends as an unknown text of a later order may begin
-- out: beginning-[secret:random]
local lines = {}
for c in ("0123456789abcdefghijklmnop"):gmatch(".") do lines[#lines + 1] = "beginning-" .. c end
local short = getSecret("X")
secret.template(table.concat(lines, "\n") .. "\n${v}", { v = short })
local drawn = secret.random(5, { alphabet = "0123456789abcdefghijklmnop" })
print(spawn{ "cat", stdin = secret.template("beginning-${v}", { v = drawn }), capture = true }.stdout)
