-- idea: the base64 or hex of a guessed beginning is treated apart from others
-- oracle: same
-- guess: TOKEN 9
-- out: true	true	0	0
getSecret("TOKEN")
local results = {}
for i = 1, 2 do
  results[i] = spawn{ "sh", "-c", 'printf %s "$1" | base64; printf %s "$1" | od -An -tx1 | tr -d " "', "x", arg[i], capture = true }
end
print(#results[1].stdout == #results[2].stdout, not results[1].stdout:find("secret"), results[1].leaks, results[2].leaks)
