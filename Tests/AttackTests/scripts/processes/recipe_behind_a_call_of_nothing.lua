-- idea: a call of recipe without arguments before the recipe that is shown, and a jump past both: a run without limits
-- exit: 77
-- lacks: ran
goto past
recipe()
recipe{ name = "x", secrets = {}, programs = { "git" } }
::past::
spawn{ "sh", "-c", "echo ran" }
