for k, v in pairs(getSecret("X")) do print(k, v) end --> secret-misuse: does not belong here
