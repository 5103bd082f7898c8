-- idea: errors of megabytes, in message, reason and trace
-- exit: 1
local function deep(n) if n == 0 then error(("x"):rep(300000)) end return deep(n - 1) + 1 end
pcall(deep, 1000)
pcall(getSecret, ("x"):rep(500000))
pcall(fail, ("x"):rep(500000))
deep(150)
