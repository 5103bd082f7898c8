-- idea: a guess of a beginning is masked or held back in captured text
-- oracle: same
-- guess: TOKEN 8
-- out: true	true	0	0
getSecret("TOKEN")
local right = spawn{ "printf", "%s", arg[1], capture = true }
local wrong = spawn{ "printf", "%s", arg[2], capture = true }
print(right.stdout == arg[1], wrong.stdout == arg[2], right.leaks, wrong.leaks)
