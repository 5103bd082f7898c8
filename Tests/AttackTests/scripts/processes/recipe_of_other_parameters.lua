-- idea: the lists of a recipe are those that the script shows, and its parameters and name are another's
-- exit: 2
-- error: it is not declared where the script's text shows it
local r = recipe
local p = (function()
  return (r{ name = "other", programs = { "ls" }, params = { dryRun = { type = "string", default = "no" } } })
end)()
print("ran with " .. p.dryRun) os.exit(0)
recipe{ name = "good", programs = { "ls" }, params = { dryRun = { type = "boolean" } } }
