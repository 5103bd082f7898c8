-- idea: fail with code 0 passes a failure off as success
-- exit: 2
fail("not well", { code = 0 })
