-- idea: a secret in log, fail, error fields, io.write and sleep
-- out: false	false	false	false	false	false	false	false	false
local s = getSecret("TOKEN")
print((pcall(log.info, s)), (pcall(log.error, s, {})), (pcall(fail, s)), (pcall(fail, "x", { code = s })), (pcall(io.write, s)),
  (pcall(io.stderr.write, io.stderr, s)), (pcall(sleep, s)), (pcall(defer, s)), (pcall(os.exit, s)))
