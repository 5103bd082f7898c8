-- idea: a loop that catches the error of its time limit
-- options: --limit cpu=300ms
-- exit: 1
-- error: CPU
getSecret("TOKEN")
while true do pcall(function() while true do end end) end
