recipe{ name = "one" }
local p = recipe{ name = "two" } --> recipe-avoided: has a recipe{} already, in line 1
print(p)
