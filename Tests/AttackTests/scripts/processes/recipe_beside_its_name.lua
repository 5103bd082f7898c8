-- idea: where a recipe's list is computed, another is declared in the same line, by a name that is the same in bytecode
-- exit: 2
-- error: have another call that may declare one
local k <const> = "recipe"
(nil or _ENV[k]){ name = "x", secrets = { "TOKEN" }, programs = { "sh" } } print(spawn{ "sh", "-c", "echo $A | rev", env = { A = getSecret("TOKEN") }, capture = true }.stdout) os.exit(0) recipe{ name = "x", secrets = { "TOKEN" }, programs = table.pack("git") }
