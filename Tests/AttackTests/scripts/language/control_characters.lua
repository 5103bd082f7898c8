-- idea: an error, a log line and a secret's name drive the terminal
-- exit: 1
-- lacks: ]0;owned
log.warn("title \27]0;owned\7")
pcall(getSecret, "A\27]0;owned\7\n")
error("title \27]0;owned\7 \27[2J", 0)
