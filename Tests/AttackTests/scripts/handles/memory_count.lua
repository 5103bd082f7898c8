-- idea: the memory of the interpreter grows with the value
-- oracle: same
-- contains: grew by
getSecret("EIGHT"):close()
collectgarbage() collectgarbage()
local before = collectgarbage("count")
local kept = { getSecret("TOKEN"), getSecret("CFG"), secret.template("${a}", { a = getSecret("TOKEN") }) }
collectgarbage() collectgarbage()
print(("grew by %.3f"):format(collectgarbage("count") - before), #kept)
