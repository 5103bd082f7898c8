-- idea: lists of arguments nested deeply, in a circle, full of holes
-- out: false	false	false
local deep, circle = "x", { "true" }
for _ = 1, 10000 do deep = { deep } end
circle[2] = circle
print((pcall(spawn, { "true", deep })), (pcall(spawn, circle)), (pcall(spawn, { "true", { [5] = "x" } })))
