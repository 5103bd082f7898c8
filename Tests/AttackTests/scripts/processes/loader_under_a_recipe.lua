-- idea: a recipe for cat runs code of the script's by a variable of the loader, or by a file that is called so
-- out: denied	spawn: env.LD_PRELOAD is not set under a recipe
-- out: denied	spawn: env.OPENSSL_CONF is not set under a recipe
-- out: denied	spawn: env.PYTHONPATH is not set under a recipe
-- out: denied	spawn: env.PS4 is not set under a recipe
-- out: denied	spawn: env.PYTHONUSERBASE is not set under a recipe
-- out: denied	spawn: env.GIT_SSH_COMMAND is not set under a recipe
-- out: denied	spawn: env.GIT_EDITOR is not set under a recipe
-- out: denied	spawn: env.PSQL_PAGER is not set under a recipe
-- out: true	false
-- out: denied	spawn: files.LD_PRELOAD does not take a file
-- out: denied	spawn: files.GIT_CONFIG_GLOBAL is not set under a recipe
-- out: denied	spawn: files.PSQLRC is not set under a recipe
-- out: denied	spawn: files.LESS_EDITOR is not set under a recipe
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "cat" } }
local token = getSecret("TOKEN")
for _, options in ipairs {
  { "cat", env = { LD_PRELOAD = scriptDir .. "/e.so", T = token } }, { "cat", env = { OPENSSL_CONF = "x", T = token } },
  { "cat", env = { PYTHONPATH = scriptDir, T = token } }, { "cat", env = { PS4 = "$(date)", T = token } },
  { "cat", env = { PYTHONUSERBASE = scriptDir, T = token } }, { "cat", env = { GIT_SSH_COMMAND = "x", T = token } },
  { "cat", env = { GIT_EDITOR = "sh -c 'echo $T | rev'", T = token } }, { "cat", env = { PSQL_PAGER = "rev", T = token } },
  { "cat", env = { GIT_EDITOR = "true", PAGER = "cat", GIT_ASKPASS = false, T = token } },
  { "cat", files = { LD_PRELOAD = token } }, { "cat", files = { GIT_CONFIG_GLOBAL = "[alias]\n\tx = !rev" } },
  { "cat", files = { PSQLRC = { "\\! rev", memfd = true } } }, { "cat", files = { LESS_EDITOR = "x" } },
} do
  local ok, e = pcall(spawn, options)
  print(ok or e.kind, not ok and e.message)
end
