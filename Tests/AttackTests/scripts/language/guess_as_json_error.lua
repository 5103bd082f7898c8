-- idea: the report of an error as JSON shows what its text does not
-- guess: SPECIAL
-- options: --error-format json
-- exit: 1
-- error: [secret:SPECIAL]
getSecret("SPECIAL")
error({ message = arg[1], reason = "because of " .. arg[1] })
