-- idea: the text shows a recipe whose letters look like those of the one that is declared
-- exit: 77
-- error: what is declared is not what the script shows
local r = recipe
r{ name = "a", programs = { "./\u{212A}it" } }
spawn{ "./\u{212A}it" }
do os.exit(0) end
recipe{ name = "a", programs = { "./Kit" } }
