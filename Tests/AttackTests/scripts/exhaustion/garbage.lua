-- idea: the collector is stopped, driven by hand and asked for odd things
-- out: [secret:TOKEN]
for _, option in ipairs { "stop", "restart", "collect", "count", "step", "isrunning", "incremental", "generational", "setpause", "setstepmul", "nothing" } do pcall(collectgarbage, option, 1, 2, 3) end
collectgarbage("generational")
for i = 1, 20000 do local t = setmetatable({ i }, { __gc = i % 100 == 0 and function() end or nil }) end
print(getSecret("TOKEN"))
