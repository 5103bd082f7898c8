-- idea: a value of one letter, printed shorter, longer and often
-- out: 0 whole
local r = spawn{ "sh", "-c", 'echo "$T"; echo "$T$T"; echo "a${T}b$T"; echo "$T" | base64', env = { T = getSecret("LOW") }, capture = true }
local whole = 0
for run in r.stdout:gmatch("z+") do if #run >= 11 then whole = whole + 1 end end
print(whole .. " whole")
