-- idea: a program closes the folder of the credentials after it has linked a file in it, so that this is not known any more under the other name
-- out: denied
-- out: true
local folder = (os.getenv("XDG_CONFIG_HOME") or os.getenv("HOME") .. "/.config") .. "/vaultscript/credentials"
spawn{ "sh", "-c", 'mkdir -p "$0" && echo CLIENT_SECRET=later >"$0/new.env" && ln "$0/new.env" linked && chmod 000 "$0"', folder }
local ok, e = pcall(fs.copy, "linked", "copied")
print(ok and "copied" or (e.kind == "io" or e.kind == "denied") and "denied" or e.kind)
spawn{ "chmod", "700", folder }
print((pcall(fs.exists, "x")))
