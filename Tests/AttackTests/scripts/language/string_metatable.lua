-- idea: the metatable of all strings is taken and changed
-- out: false
-- out: false	false
print(getmetatable(""))
print((pcall(setmetatable, "", {})), (pcall(function() ("").x = 1 end)))
