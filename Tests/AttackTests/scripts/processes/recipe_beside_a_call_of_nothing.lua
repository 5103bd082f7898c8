-- idea: a call of recipe without arguments beside the recipe that is shown, both of a function of the script's own
-- exit: 77
-- lacks: ran
function recipe() end
local p, q = recipe(), recipe{ name = "x", programs = { "git" } }
spawn{ "sh", "-c", "echo ran" }
