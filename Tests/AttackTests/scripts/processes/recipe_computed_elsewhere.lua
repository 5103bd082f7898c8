-- idea: where a recipe's list is computed, another recipe is declared by a call that stands elsewhere
-- exit: 2
-- error: it is not declared where the script's text shows it
local declare = load("return recipe")()
declare{ name = "x", secrets = { "TOKEN" }, programs = { "sh" } }
print(spawn{ "sh", "-c", "echo $A | rev", env = { A = getSecret("TOKEN") }, capture = true }.stdout)
os.exit(0)
recipe{ name = "x", secrets = { "TOKEN" }, programs = table.pack("git") }
