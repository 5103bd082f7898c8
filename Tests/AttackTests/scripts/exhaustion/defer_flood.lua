-- idea: ten thousand deferred functions, each of which raises
-- exit: 1
-- error: number
for i = 1, 10000 do defer(function() error("number " .. i, 0) end) end
