-- idea: code with more locals, upvalues, constants, labels and arguments than there may be
-- out: nil	nil	nil
local names = {}
for i = 1, 300 do names[i] = "a" .. i end
local list = table.concat(names, ",")
print((load("local " .. list .. " = 1")), (load("goto nowhere")), (load("return function(" .. list .. ") end")))
pcall(load, "return {" .. ("1,"):rep(300000) .. "}")
pcall(load("return f(...)", "x", "t", { f = select }), "#", table.unpack({}, 1, 200000))
