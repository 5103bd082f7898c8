-- idea: require reads the credentials file, and its parse error quotes it
-- credentials: file
-- out: false	false
spawn{ "sh", "-c", "ln -s config/vaultscript/credentials/default.env creds.lua; cp config/vaultscript/credentials/default.env copy.lua" }
local ok, e = pcall(require, "copy")
io.stderr:write(tostring(e), "\n")
print(ok, (pcall(require, "creds")))
spawn{ "rm", "copy.lua" }
