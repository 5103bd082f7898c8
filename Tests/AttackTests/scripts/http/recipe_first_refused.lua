-- idea: a recipe that is refused limits nothing, and does not half count either: one that is wrong can be caught, one that comes late, and that the text does not show, ends the run
-- exit: 2
-- out: usage free
-- error: recipe: it has to come first in the script
local _, a = pcall(recipe, { name = "attack", programz = {} })
print(a.kind .. " " .. spawn{ "echo", "free", capture = true }.stdout:match("%a+"))
pcall(recipe, { name = "attack", programs = { "git" } })
print("went on")
