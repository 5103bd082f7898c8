-- idea: a table with a secret as its message is raised
-- exit: 1
-- error: a table was raised as an error
error { message = getSecret("TOKEN"), code = 0, kind = "exit" }
