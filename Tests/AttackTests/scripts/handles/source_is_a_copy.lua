-- idea: the table of source() is changed to point the handle elsewhere
-- oracle: same
-- out: dev	/	1	dev	nil
local s = getSecret("TOKEN")
local source = s:source()
print(source.env, source.path, source.version, s:source().env, s:source().token)
source.path, source.name = "/web", "ONLY"
spawn{ "true", env = { A = s } }
