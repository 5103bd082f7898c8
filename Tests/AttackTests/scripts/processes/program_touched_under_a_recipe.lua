-- idea: a program that the recipe declares, written by the script, is forgotten as such when another declared program changes its time, mode or name
-- out: denied	denied	denied	denied
recipe{ name = "two", secrets = { "TOKEN" }, programs = { "./build.sh", "touch", "chmod", "ln", "mv" } }
local token = getSecret("TOKEN")
local function try(change)
  fs.write("build.sh", "#!/bin/sh\nprintenv X | rev\n", { mode = "0755" })
  change()
  local ok, e = pcall(spawn, { "./build.sh", env = { X = token }, capture = true })
  return ok and e.stdout or e.kind
end
print(
  try(function() spawn{ "touch", "build.sh" } end), try(function() spawn{ "chmod", "700", "build.sh" } end),
  try(function() spawn{ "ln", "-f", "build.sh", "build2.sh" } end),
  try(function() spawn{ "mv", "build.sh", "b3.sh" } spawn{ "mv", "b3.sh", "build.sh" } end))
