-- idea: all of a folder goes to a program that prints its environment
-- lacks: PRIVATE
-- contains: TOKEN=[secret:TOKEN]
local all = getSecrets()
all.X = nil
spawn{ "env", env = all, clearEnv = true }
