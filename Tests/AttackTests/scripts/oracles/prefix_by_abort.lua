-- idea: onLeak = "abort" stops a program that printed the beginning of a value
-- oracle: same
-- guess: TOKEN 12
-- out: true	true
getSecret("TOKEN")
for i = 1, 2 do arg[i] = pcall(spawn, { "sh", "-c", 'printf %s "$1"; sleep 0.1; echo', "x", arg[i], onLeak = "abort", capture = true }) end
print(arg[1], arg[2])
