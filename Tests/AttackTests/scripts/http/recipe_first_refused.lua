-- idea: a recipe that is refused (it comes late, it is wrong) limits nothing, and does not half count either
-- out: usage usage free
local _, a = pcall(recipe, { name = "attack", programz = {} })
print(a.kind .. " " .. select(2, pcall(recipe, { name = "attack", hosts = { "*" } })).kind .. " " .. spawn{ "echo", "free", capture = true }.stdout:match("%a+"))
