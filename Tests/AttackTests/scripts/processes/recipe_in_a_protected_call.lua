-- idea: a recipe that is refused as it is declared by pcall, which catches that: a run without limits
-- exit: 2
-- lacks: ran
local ok, parameters = pcall(recipe, { name = "x", secrets = {}, programs = { "git" } })
spawn{ "sh", "-c", "echo ran" }
