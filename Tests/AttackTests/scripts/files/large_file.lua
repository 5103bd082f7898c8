-- idea: values at every place of a large file, over the edges of what is read at once
-- wrote: big
-- out: 40
spawn{ "sh", "-c", 'umask 077; i=0; while [ $i -lt 40 ]; do head -c 65519 /dev/zero | tr "\\0" "q"; printf %s "$T"; i=$((i+1)); done >big', env = { T = getSecret("TOKEN") } }
local text = fs.read("big")
print(select(2, text:gsub("%[secret:TOKEN%]", "")))
assert(#text == 40 * (65519 + 14), #text)
fs.remove("big")
