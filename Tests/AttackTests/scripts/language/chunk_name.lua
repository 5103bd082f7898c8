-- idea: a chunk is named by a guess, and its error shows the name
-- guess: TOKEN
-- exit: 1
-- error: [secret:TOKEN]
getSecret("TOKEN")
load("error('in it')", "=" .. arg[1])()
