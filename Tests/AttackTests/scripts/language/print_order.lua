-- idea: output of the script and of its programs overtake each other to split a value
-- guess: TOKEN
-- out: [secret:TOKEN]
-- out: x
getSecret("TOKEN")
print(arg[1])
spawn{ "echo", "x" }
