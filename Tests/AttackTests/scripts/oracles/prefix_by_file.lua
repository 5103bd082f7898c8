-- idea: what is printed stays away from the output until a guess is decided, seen on the file it goes to
-- oracle: same
-- guess: TOKEN 8
-- out: true	true
getSecret("TOKEN")
for i = 1, 2 do
  local r = spawn{ "sh", "-c", 'printf %s "$1"', "x", arg[i], capture = "merge" }
  arg[i] = #r.stdout == #arg[i]
end
print(arg[1], arg[2])
