-- idea: a question is asked where nobody can answer, or drives the terminal
-- out: false	false
-- lacks: \e
print((pcall(secret.prompt, "Password: ")), (pcall(secret.prompt, "\27[2J\27]0;owned\7")))
