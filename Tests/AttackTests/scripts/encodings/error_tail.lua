-- idea: the tail of a failed program's output is cut inside a value
-- out: done
local T = getSecret("TOKEN")
for _, size in ipairs { 4060, 4070, 4080, 4090, 8170, 8180, 16370, 32740, 65500, 65510, 65520 } do
  local _, e = pcall(spawn, { "sh", "-c", 'printf "%s" "$T" >&2; head -c "$1" /dev/zero | tr "\\0" "." >&2; exit 1', "x", size, env = { T = T }, quiet = true })
  io.stderr:write(e.stderr:sub(1, 200), "\n", tostring(e):sub(1, 300), "\n")
end
print("done")
