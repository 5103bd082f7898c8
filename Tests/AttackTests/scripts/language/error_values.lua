-- idea: nil, numbers, functions and coroutines are raised
-- exit: 1
-- error: raised as an error
for _, x in ipairs { 1, true, print, coroutine.running(), {}, json.null } do pcall(error, x) end
pcall(error, nil)
error(print)
