-- idea: a table that looks like the error of a program chooses the exit code
-- exit: 1
error { kind = "exit", code = 0, status = "done", message = "all is well", id = 1, fault = 1 }
