local function clean() end
defer("clean") --> wrong-type: defer: f: expected a function
clean()
