-- idea: a program of a recipe that is given no PATH looks for others in the working directory, which is the script's (make)
-- out: /usr/local/bin:/usr/bin:/bin
-- out: /usr/local/bin:/usr/bin:/bin
-- out: /usr/bin
-- out: denied	denied
recipe{ name = "harmless", secrets = {}, programs = { "printenv" } }
local function path(options)
  options[1], options[2], options.capture = "printenv", "PATH", true
  return (spawn(options).stdout:gsub("\n", ""))
end
print(path{ clearEnv = true })
print(path{ env = { PATH = false } })
print(path{ env = { PATH = "/usr/bin" } })
local told = {}
for i, folders in ipairs{ "", "/usr/bin:" } do
  local ok, e = pcall(path, { env = { PATH = folders } })
  told[i] = ok and "ok" or e.kind
end
print(table.concat(told, "\t"))
