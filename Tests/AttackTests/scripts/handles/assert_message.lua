-- idea: a secret as the message of assert
-- exit: 1
-- error: raised as an error
assert(false, getSecret("TOKEN"))
