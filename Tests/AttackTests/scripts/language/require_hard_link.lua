-- idea: a hard link beside the script makes a credentials file a module
-- credentials: file
-- out: denied
spawn{ "ln", "config/vaultscript/credentials/default.env", "hl.lua" }
setmetatable(_G, { __index = function(_, name) io.stderr:write(name, "\n") end })
print(select(2, pcall(require, "hl")).kind)
os.remove = nil
spawn{ "rm", "hl.lua" }
