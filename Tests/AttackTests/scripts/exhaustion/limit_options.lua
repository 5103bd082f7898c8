-- idea: a script raises its own limits
-- out: false	nil	nil
-- options: --limit memory=64M
print((pcall(function() return string.rep("x", 100 << 20) .. "y" end)), rawget(_G, "limits"), rawget(_G, "limit"))
