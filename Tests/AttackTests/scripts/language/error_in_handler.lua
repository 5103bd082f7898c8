-- idea: errors in message handlers, without end
-- out: false	false
print((xpcall(error, error, "x")), (xpcall(error, function(e) error(e) end, "x")))
