-- idea: nil beside the programs that a recipe shows makes its lists no literals, and any others are declared
-- exit: 77
-- error: what is declared is not what the script shows
local declare = load("return recipe")()
declare{ name = "x", secrets = { "TOKEN" }, programs = { "sh" } }
print(spawn{ "sh", "-c", "echo $A | rev", env = { A = getSecret("TOKEN") }, capture = true }.stdout)
os.exit(0)
recipe{ name = "x", secrets = { "TOKEN" }, programs = { "git"; [9] = nil }, nil }
