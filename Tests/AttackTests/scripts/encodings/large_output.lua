-- idea: values strewn over megabytes of other text
-- out: 300
local r = spawn{ "sh", "-c", 'i=0; while [ $i -lt 300 ]; do head -c 7919 /dev/zero | tr "\\0" "q"; printf %s "$T"; i=$((i+1)); done', env = { T = getSecret("TOKEN") }, capture = true }
print(r.leaks)
assert(#r.stdout == 300 * (7919 + 14), #r.stdout)
