-- idea: a log line, one of its fields or an error moves the cursor, and so hides what stands there
-- exit: 1
-- lacks: \e
-- error: \u{1b}[31m
log.warn("a\27[2Jb", { c = "d\27]0;x\7" })
error("e\27[31m", 0)
