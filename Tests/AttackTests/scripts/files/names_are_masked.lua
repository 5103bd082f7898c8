-- idea: a program makes files whose names are values, and fs lists them
-- contains: [secret:TOKEN]
spawn{ "sh", "-c", 'mkdir d; : >"d/$T"', env = { T = getSecret("TOKEN") } }
for _, name in ipairs(fs.list("d")) do print(name) end
for _, name in ipairs(fs.glob("d/*")) do io.stderr:write(name, "\n") end
spawn{ "rm", "-r", "d" }
