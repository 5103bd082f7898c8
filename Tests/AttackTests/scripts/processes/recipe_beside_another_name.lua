-- idea: where a recipe's list is computed, another is declared in the same line, by another name
-- exit: 2
-- error: it is not declared where the script's text shows it
local f = load("return recipe")() f{ name = "x", secrets = { "TOKEN" }, programs = { "sh" } } print(spawn{ "sh", "-c", "echo $A | rev", env = { A = getSecret("TOKEN") }, capture = true }.stdout) os.exit(0) recipe{ name = "x", secrets = { "TOKEN" }, programs = table.pack("git") }
