-- idea: the tail of an error's text cuts off a beginning that it took for a value
-- oracle: same
-- guess: TOKEN 16
-- out: true	true
getSecret("TOKEN")
for i = 1, 2 do
  local _, e = pcall(spawn, { "sh", "-c", 'printf %s "$1" >&2; exit 1', "x", arg[i], capture = true })
  arg[i] = e.stderr == arg[i]
end
print(arg[1], arg[2])
